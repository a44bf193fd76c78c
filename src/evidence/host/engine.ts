import { statfs } from 'node:fs/promises';
import { ExternalError } from '../../base/errors.ts';
import { type CollectContext, type Collector, EvidenceMissing, evidenceKey } from '../evidence.ts';
import { at, textAt } from '../read.ts';

/** The machine that the Docker engine runs on, in the engine's own words. */
export interface EngineFact {
  readonly version: string;
  /** CPUs and bytes that the engine sees: on a desktop those of its virtual machine. */
  readonly cpu: number;
  readonly memory: number;
  readonly os: string;
  readonly architecture: string;
  readonly cgroup: string;
  readonly dataRoot: string;
  /** Behind the data root; undefined where it cannot be seen from here. */
  readonly disk: DiskFact | undefined;
}

/** Bytes and inodes. `size` is what is used and what ordinary users may still use, as df counts; `inodes` 0 where the file system counts none. */
export interface DiskFact {
  readonly size: number;
  readonly free: number;
  readonly inodes: number;
  readonly freeInodes: number;
}
export const HOST_ENGINE = evidenceKey<EngineFact>('host.engine', 1);

export const hostEngineCollector: Collector<EngineFact> = {
  key: HOST_ENGINE,
  timeoutMs: 20_000,
  collect: async (context) => {
    const info = await dockerInfo(context);
    const dataRoot = textAt(info, 'DockerRootDir');
    const local = await isLocalEngine(context);
    return {
      version: textAt(info, 'ServerVersion'),
      cpu: Number(at(info, 'NCPU') ?? 0),
      memory: Number(at(info, 'MemTotal') ?? 0),
      os: textAt(info, 'OSType'),
      architecture: textAt(info, 'Architecture'),
      cgroup: textAt(info, 'CgroupVersion'),
      dataRoot,
      disk: local ? await diskBehind(dataRoot) : undefined,
    };
  },
};

async function dockerInfo({ runner, signal }: CollectContext): Promise<unknown> {
  const result = await runner.run('docker', ['info', '--format', '{{json .}}'], { signal }).catch((error: unknown) => {
    if (!(error instanceof ExternalError)) throw error;
    throw new EvidenceMissing('absent', `the Docker engine does not answer (${error.stderr.at(-1) ?? error.message})`);
  });
  const info: unknown = JSON.parse(result.stdout);
  // Older clients exit 0 without an engine and put the reason into the document.
  const faults = at(info, 'ServerErrors');
  if (Array.isArray(faults) && faults.length > 0) {
    throw new EvidenceMissing('absent', `the Docker engine does not answer (${String(faults[0])})`);
  }
  return info;
}

/** True where the engine listens on a socket of this machine, so that its disks and ports are those seen from here. */
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
async function diskBehind(folder: string): Promise<DiskFact | undefined> {
  const stats = await statfs(folder).catch(() => undefined);
  if (stats === undefined) return undefined;
  return {
    size: (stats.blocks - stats.bfree + stats.bavail) * stats.bsize,
    free: stats.bavail * stats.bsize,
    inodes: stats.files,
    freeInodes: stats.ffree,
  };
}
