import { readFile, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { ExternalError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import { at, listAt, textAt } from '../../base/json-path.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { controlGroupLimits, type Limits } from './limits.ts';

/** The machine that the Docker engine runs on, as the engine describes it. */
export interface EngineFact {
  readonly version: string;
  /** Host name that the engine reports. */
  readonly name: string;
  /**
   * `local`: this machine. `vm`: behind a socket of this machine, but with another host name (the virtual machine of a
   * desktop, or the host of the container that difyctl runs in). `remote`: behind a network address.
   */
  readonly location: 'local' | 'vm' | 'remote';
  /** CPUs and bytes that the engine sees; on a desktop, those of its virtual machine. */
  readonly cpu: number;
  readonly memory: number;
  /** Limits of the control group that all containers run in. Collected if `local` only; absent if there is no limit. */
  readonly limits: Limits;
  readonly os: string;
  readonly architecture: string;
  readonly cgroup: string;
  /** `rootless`, `userns`, `selinux`, `apparmor`, `seccomp`, … */
  readonly security: readonly string[];
  /** Seconds by which the engine's clock is ahead of this machine's; 0 if `local`. */
  readonly clockAhead: number;
  readonly pulls: PullSettings;
  readonly dataRoot: string;
  /** File system of the data root; undefined if this machine cannot read it. */
  readonly disk: DiskFact | undefined;
}

/** How the engine itself reaches registries. */
export interface PullSettings {
  /** Through the engine's own proxy. */
  readonly proxied: boolean;
  /** Through mirrors of Docker Hub. */
  readonly mirrored: boolean;
  /** Registries allowed without TLS. */
  readonly insecure: readonly string[];
}

/**
 * Bytes and inodes. `size` is used plus available to ordinary users, as `df` counts; `inodes` is 0 if the file system
 * has no such limit.
 */
export interface DiskFact {
  readonly size: number;
  readonly free: number;
  readonly inodes: number;
  readonly freeInodes: number;
}
export const HOST_ENGINE = evidenceKey<EngineFact>('host.engine', 3);

export const hostEngineCollector: Collector<EngineFact> = {
  key: HOST_ENGINE,
  timeoutMs: 20_000,
  collect: async (context) => {
    // A deployment on Kubernetes has no engine to probe, whatever runs on this machine.
    if (context.deployment?.target.type === 'kubernetes')
      throw new CollectionError('absent', 'a deployment on Compose');
    const asked = context.now().getTime();
    const info = await dockerInfo(context);
    const answered = context.now().getTime();
    const dataRoot = textAt(info, 'DockerRootDir');
    const location = await locationOf(context, textAt(info, 'Name'));
    const isLocal = location === 'local';
    const clock = Date.parse(textAt(info, 'SystemTime'));
    return {
      version: textAt(info, 'ServerVersion'),
      name: textAt(info, 'Name'),
      location,
      cpu: Number(at(info, 'NCPU') ?? 0),
      memory: Number(at(info, 'MemTotal') ?? 0),
      limits: isLocal ? await controlGroupLimits((path) => readFile(path, 'utf8')) : {},
      os: textAt(info, 'OSType'),
      architecture: textAt(info, 'Architecture'),
      cgroup: textAt(info, 'CgroupVersion'),
      security: listAt(info, 'SecurityOptions').map(
        (option) => /name=([^,]+)/.exec(String(option))?.[1] ?? String(option),
      ),
      clockAhead: isLocal || Number.isNaN(clock) ? 0 : Math.round((clock - (asked + answered) / 2) / 1000),
      pulls: pullSettings(info),
      dataRoot,
      disk: location === 'remote' ? undefined : await diskBehind(dataRoot),
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
    throw new CollectionError('absent', `the Docker engine does not answer (${error.stderr.at(-1) ?? error.message})`);
  });
  const info: unknown = jsonAnswer(result.stdout, 'docker info');
  // Older clients exit 0 without an engine and put the reason in the document.
  const faults = at(info, 'ServerErrors');
  if (Array.isArray(faults) && faults.length > 0) {
    throw new CollectionError('absent', `the Docker engine does not answer (${String(faults[0])})`);
  }
  return info;
}

/** An engine behind a socket of this machine is on this machine only if both report the same host name. */
async function locationOf(context: CollectContext, name: string): Promise<EngineFact['location']> {
  if (!(await isLocalEngine(context))) return 'remote';
  return name === hostname() ? 'local' : 'vm';
}

/** True if the engine listens on a socket of this machine, so that published ports are ports of this machine. */
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

/**
 * Disk of a folder. Undefined if the folder does not exist on this machine: an engine in a virtual machine names a
 * folder of that machine.
 */
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
