import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DEBIAN_SETS } from '../debian/sets.ts';

import { debianTree } from '../debian/tree.ts';
import { htpasswdLine, type Login } from './htpasswd.ts';
import { accepts } from './nginx.ts';
import {
  privateFile,
  removeFolder,
  type Service,
  type ServiceOptions,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';
import type { Certificate } from './tls.ts';

export interface DockerRegistryOptions extends ServiceOptions {
  /** The login of users. Undefined: everyone may use it. */
  readonly login?: Login;
  /** It then speaks TLS. */
  readonly certificate?: Certificate;
  /** The token service for clients, and the certificate (PEM file) that signs its tokens. Overrides `login`. */
  readonly token?: { readonly realm: string; readonly issuer: string; readonly certFile: string };
}

/** A real, empty registry (Debian's docker-registry). `push` works without `certificate` only. */
export interface DockerRegistryService extends Service {
  /** `127.0.0.1:40123`: the prefix of image names. */
  readonly name: string;
  /** Changes one byte of the largest blob, so that its digest no longer fits. */
  damage(): Promise<void>;
  /** Pushes an image without layers. One architecture: as a manifest; several: behind an index. */
  push(repository: string, tag: string, architectures: readonly string[]): Promise<void>;
}

/** Starts a registry. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistryService> {
  const tree = await debianTree(DEBIAN_SETS.registry);
  const folder = await serviceFolder('registry');
  const host = options.bind ?? '127.0.0.1';
  const port = await servicePort(options);
  const config = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'data') }, cache: { blobdescriptor: 'inmemory' } },
    http: { addr: `${host}:${port}`, ...(await tlsSettings(options, folder)) },
    ...(await authSettings(options, folder)),
  };
  // JSON is valid YAML.
  const configFile = await privateFile(folder, 'config.yml', JSON.stringify(config));
  const server = await startProcess({
    name: 'registry',
    file: path.join(tree.root, 'usr/bin/docker-registry'),
    args: ['serve', configFile],
    folder,
    env: tree.env,
    signal: 'SIGKILL',
  });
  const stop = async (): Promise<void> => {
    await server.end();
    await removeFolder(folder);
  };
  const base = `http://${host}:${port}/v2/`;
  try {
    await server.ready(() => accepts(host, port));
    const push = (repository: string, tag: string, architectures: readonly string[]) =>
      pushImage(`${base}${repository}`, tag, architectures, options.login);
    const damage = () => damageLargest(path.join(folder, 'data'));
    return { host, port, name: `${host}:${port}`, damage, push, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function damageLargest(data: string): Promise<void> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const blobs = entries.filter((entry) => entry.isFile() && entry.name === 'data');
  const files = await Promise.all(
    blobs.map(async ({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return { file, bytes: await readFile(file) };
    }),
  );
  const [largest] = files.toSorted((a, b) => b.bytes.length - a.bytes.length);
  if (largest === undefined) throw new Error('the registry has no blob');
  const { file, bytes } = largest;
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(file, bytes);
}

async function tlsSettings({ certificate }: DockerRegistryOptions, folder: string): Promise<object> {
  if (certificate === undefined) return {};
  const [certFile, keyFile] = await Promise.all(
    [certificate.certFile, certificate.keyFile].map(async (file) =>
      privateFile(folder, path.basename(file), await readFile(file, 'utf8')),
    ),
  );
  return { tls: { certificate: certFile, key: keyFile } };
}

async function authSettings({ login, token }: DockerRegistryOptions, folder: string): Promise<object> {
  if (token !== undefined) {
    const { realm, issuer, certFile } = token;
    return { auth: { token: { realm, issuer, service: 'registry', rootcertbundle: certFile } } };
  }
  if (login === undefined) return {};
  const file = await privateFile(folder, 'htpasswd', await htpasswdLine(login));
  return { auth: { htpasswd: { realm: 'tests', path: file } } };
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

async function pushImage(
  base: string,
  tag: string,
  architectures: readonly string[],
  login: DockerRegistryOptions['login'],
): Promise<void> {
  const headers: Record<string, string> =
    login === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` };
  const put = async (reference: string, mediaType: string, document: object) => {
    const body = JSON.stringify({ schemaVersion: 2, mediaType, ...document });
    await expectCreated(
      fetch(`${base}/manifests/${reference}`, {
        method: 'PUT',
        body,
        headers: { ...headers, 'content-type': mediaType },
      }),
    );
    return { mediaType, digest: digest(body), size: Buffer.byteLength(body) };
  };
  const one = async (architecture: string, reference?: string) => {
    const config = JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, config: {} });
    await pushBlob(base, config, headers);
    const described = { mediaType: CONFIG, digest: digest(config), size: Buffer.byteLength(config) };
    const document = { config: described, layers: [] };
    const name = reference ?? digest(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, ...document }));
    return { ...(await put(name, MANIFEST, document)), platform: { architecture, os: 'linux' } };
  };
  const [only] = architectures;
  if (architectures.length === 1 && only !== undefined) {
    await one(only, tag);
    return;
  }
  const manifests = [];
  for (const architecture of architectures) manifests.push(await one(architecture));
  await put(tag, INDEX, { manifests });
}

async function pushBlob(base: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST', headers });
  const place = new URL(begun.headers.get('location') ?? '', base);
  place.searchParams.set('digest', digest(body));
  const more = { 'content-type': 'application/octet-stream' };
  await expectCreated(fetch(place, { method: 'PUT', body, headers: { ...headers, ...more } }));
}

async function expectCreated(answer: Promise<Response>): Promise<void> {
  const { status } = await answer;
  if (status !== 201) throw new Error(`the registry answered ${status}: ${await (await answer).text()}`);
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
