import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { execa } from 'execa';

import { type DockerRegistryService, startDockerRegistry } from './docker-registry.ts';
import type { Login } from './htpasswd.ts';
import { type FileServer, startFileServer } from './nginx.ts';
import { privateFile } from './service.ts';
import type { Certificate } from './tls.ts';

/** One chart behind a login, over TLS: in a chart repository, and in an OCI registry as `private/NAME`. */
export interface ChartServer {
  /** A real HTTP server with the index that helm makes. */
  readonly repository: FileServer;
  /** The folder of the repository. */
  readonly folder: string;
  readonly registry: DockerRegistryService;
  /** The address of the repository: `https://127.0.0.1:40123/charts`. */
  readonly repo: string;
  /** The address of the chart in the registry, without a tag. */
  readonly oci: string;
  readonly name: string;
  readonly version: string;
  /** The digest of the chart in the registry. */
  readonly digest: string;
  stop(): Promise<void>;
}

/** `chart` is the folder of the chart; `helm` packs, indexes and pushes it. */
export async function startChartServer(
  { helm, chart }: { readonly helm: string; readonly chart: string },
  login: Login,
  certificate: Certificate,
): Promise<ChartServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'difyctl-chart-server-'));
  const charts = path.join(folder, 'charts');
  await mkdir(charts);
  await execa(helm, ['package', chart, '-d', charts], { stdin: 'ignore' });
  await execa(helm, ['repo', 'index', charts], { stdin: 'ignore' });
  const [name, version] = ['dify', '0.38.0'];
  const repository = await startFileServer(folder, login, certificate);
  const registry = await startDockerRegistry({ login, certificate });
  const stop = async (): Promise<void> => {
    await Promise.all([repository.stop(), registry.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const digest = await push(helm, path.join(charts, `${name}-${version}.tgz`), registry, login, certificate);
    const [repo, oci] = [`${repository.url}/charts`, `oci://${registry.name}/private/${name}`];
    return { repository, folder: charts, registry, repo, oci, name, version, digest, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Returns the digest that helm prints. */
async function push(
  helm: string,
  archive: string,
  { name }: DockerRegistryService,
  { username, password }: Login,
  { caFile }: Certificate,
): Promise<string> {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const folder = await mkdtemp(path.join(tmpdir(), 'difyctl-helm-push-'));
  try {
    const config = await privateFile(folder, 'registry.json', JSON.stringify({ auths: { [name]: { auth } } }));
    const args = ['push', archive, `oci://${name}/private`, '--ca-file', caFile];
    const env = { HELM_REGISTRY_CONFIG: config };
    const { stdout, stderr } = await execa(helm, args, { stdin: 'ignore', env });
    const [digest] = /sha256:[0-9a-f]{64}/.exec(stdout + stderr) ?? [];
    if (digest === undefined) throw new Error(`helm push names no digest: ${stdout}${stderr}`);
    return digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
