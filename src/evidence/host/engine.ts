import { readFile, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { ExternalError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { type CollectContext, type Collector, EvidenceMissing, evidenceKey } from '../evidence.ts';
import { at, listAt, textAt } from '../read.ts';
import { controlGroupLimits, type Limits } from './limits.ts';

/** The machine that the Docker engine runs on, in the engine's own words. */
export interface EngineFact {
  readonly version: string;
  /** What the engine calls its machine. */
  readonly name: string;
  /**
   * Where that machine is: this one; `beside`, behind a socket of this machine and yet another one (a desktop's virtual machine, or the host of the
   * container that this runs in); or `afar`.
   */
  readonly place: 'here' | 'beside' | 'afar';
  /** CPUs and bytes that the engine sees: on a desktop those of its virtual machine. */
  readonly cpu: number;
  readonly memory: number;
  /** Of the control group that everything there runs in; seen for `here` only, and absent where there is no limit. */
  readonly limits: Limits;
  readonly os: string;
  readonly architecture: string;
  readonly cgroup: string;
  /** `rootless`, `userns`, `selinux`, `apparmor`, `seccomp`, … */
  readonly security: readonly string[];
  /** Seconds by which the engine's clock is ahead of this machine's; 0 for `here`, which has one clock. */
  readonly clockAhead: number;
  readonly pulls: PullSettings;
  readonly dataRoot: string;
  /** Behind the data root; undefined where it cannot be seen from here. */
  readonly disk: DiskFact | undefined;
}

/** How the engine itself reaches registries. */
export interface PullSettings {
  /** Through a proxy of its own. */
  readonly proxied: boolean;
  /** It asks mirrors of Docker Hub first. */
  readonly mirrored: boolean;
  /** Registries that it may ask without TLS. */
  readonly insecure: readonly string[];
}

/** Bytes and inodes. `size` is what is used and what ordinary users may still use, as df counts; `inodes` 0 where the file system counts none. */
export interface DiskFact {
  readonly size: number;
  readonly free: number;
  readonly inodes: number;
  readonly freeInodes: number;
}
export const HOST_ENGINE = evidenceKey<EngineFact>('host.engine', 2);

export const hostEngineCollector: Collector<EngineFact> = {
  key: HOST_ENGINE,
  timeoutMs: 20_000,
  collect: async (context) => {
    // A deployment on a cluster has no engine to be asked, whatever this machine runs.
    if (context.deployment?.target.type === 'kubernetes')
      throw new EvidenceMissing('absent', 'a deployment on Compose');
    const asked = context.now().getTime();
    const info = await dockerInfo(context);
    const answered = context.now().getTime();
    const dataRoot = textAt(info, 'DockerRootDir');
    const place = await placeOf(context, textAt(info, 'Name'));
    const isHere = place === 'here';
    const clock = Date.parse(textAt(info, 'SystemTime'));
    return {
      version: textAt(info, 'ServerVersion'),
      name: textAt(info, 'Name'),
      place,
      cpu: Number(at(info, 'NCPU') ?? 0),
      memory: Number(at(info, 'MemTotal') ?? 0),
      limits: isHere ? await controlGroupLimits((path) => readFile(path, 'utf8')) : {},
      os: textAt(info, 'OSType'),
      architecture: textAt(info, 'Architecture'),
      cgroup: textAt(info, 'CgroupVersion'),
      security: listAt(info, 'SecurityOptions').map(
        (option) => /name=([^,]+)/.exec(String(option))?.[1] ?? String(option),
      ),
      clockAhead: isHere || Number.isNaN(clock) ? 0 : Math.round((clock - (asked + answered) / 2) / 1000),
      pulls: pullSettings(info),
      dataRoot,
      disk: place === 'afar' ? undefined : await diskBehind(dataRoot),
    };
  },
};

function pullSettings(info: unknown): PullSettings {
  const known = at(info, 'RegistryConfig', 'IndexConfigs');
  const entries = Object.entries(isObject(known) ? known : {});
  return {
    proxied: textAt(info, 'HttpsProxy') !== '',
    mirrored: listAt(info, 'RegistryConfig', 'Mirrors').length > 0,
    insecure: entries.filter(([, config]) => at(config, 'Secure') === false).map(([registry]) => registry),
  };
}

async function dockerInfo({ runner, signal }: CollectContext): Promise<unknown> {
  const result = await runner.run('docker', ['info', '--format', '{{json .}}'], { signal }).catch((error: unknown) => {
    if (!(error instanceof ExternalError)) throw error;
    throw new EvidenceMissing('absent', `the Docker engine does not answer (${error.stderr.at(-1) ?? error.message})`);
  });
  const info: unknown = jsonAnswer(result.stdout, 'docker info');
  // Older clients exit 0 without an engine and put the reason into the document.
  const faults = at(info, 'ServerErrors');
  if (Array.isArray(faults) && faults.length > 0) {
    throw new EvidenceMissing('absent', `the Docker engine does not answer (${String(faults[0])})`);
  }
  return info;
}

/** Behind a socket of this machine stands this machine only where the two have one name. */
async function placeOf(context: CollectContext, name: string): Promise<EngineFact['place']> {
  if (!(await isLocalEngine(context))) return 'afar';
  return name === hostname() ? 'here' : 'beside';
}

/** True where the engine listens on a socket of this machine, so that the ports that it publishes are this machine's. */
export async function isLocalEngine({ runner, signal, env }: CollectContext): Promise<boolean> {
  if (env.DOCKER_HOST !== undefined && env.DOCKER_HOST !== '') return isLocalEndpoint(env.DOCKER_HOST);
  const args = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
  const endpoint = await runner.run('docker', args, { signal }).then(
    ({ stdout }) => stdout.trim(),
    () => 'unix://',
  );
  return isLocalEndpoint(endpoint);
}

function isLocalEndpoint(endpoint: string): boolean {
  return /^(unix|npipe):/.test(endpoint);
}

/** Undefined where the folder is not on this machine: an engine in a virtual machine names a folder of its own. */
export async function diskBehind(folder: string): Promise<DiskFact | undefined> {
  const stats = await statfs(folder).catch(() => undefined);
  if (stats === undefined) return undefined;
  return {
    size: (stats.blocks - stats.bfree + stats.bavail) * stats.bsize,
    free: stats.bavail * stats.bsize,
    inodes: stats.files,
    freeInodes: stats.ffree,
  };
}
