import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';

import { type FakeAnswer, type FakeHttp, startFakeHttp } from './fake-http.ts';
import type { Certificate } from './tls.ts';

export interface FakeChartServer extends FakeHttp {
  readonly name: string;
  readonly version: string;
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Serves one chart behind a login (HTTP's Basic scheme): in a chart repository under `/charts`, and in a registry (OCI
 * distribution) as `private/NAME`. `folder` is the chart's; `helm` packs it into `target`.
 */
export async function startFakeChartServer(
  packed: { readonly helm: string; readonly folder: string; readonly target: string },
  login: { readonly username: string; readonly password: string },
  certificate: Certificate,
): Promise<FakeChartServer> {
  await execa(packed.helm, ['package', packed.folder, '-d', packed.target], { stdin: 'ignore' });
  const [name, version] = ['dify', '0.38.0'];
  const archive = await readFile(path.join(packed.target, `${name}-${version}.tgz`));
  const files = new Map([...repositoryFiles(name, version, archive), ...registryFiles(name, version, archive)]);
  const expected = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const server = await startFakeHttp(({ path: asked, headers }) => {
    if (headers.authorization !== expected) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="charts"' }, body: '' };
    }
    return files.get(asked) ?? { status: 404, body: '' };
  }, certificate);
  return { ...server, name, version };
}

type Files = readonly (readonly [path: string, answer: FakeAnswer])[];

function repositoryFiles(name: string, version: string, archive: Buffer): Files {
  const file = `${name}-${version}.tgz`;
  const entry = { apiVersion: 'v2', name, version, urls: [file] };
  const index = { apiVersion: 'v1', entries: { [name]: [entry] } };
  return [
    ['/charts/index.yaml', { json: index }],
    [`/charts/${file}`, { body: archive }],
  ];
}

function registryFiles(name: string, version: string, archive: Buffer): Files {
  const config = Buffer.from(JSON.stringify({ apiVersion: 'v2', name, version }));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: described('application/vnd.cncf.helm.config.v1+json', config),
      layers: [described('application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive)],
    }),
  );
  const at = `/v2/private/${name}`;
  const answer = {
    headers: {
      'content-type': MANIFEST_TYPE,
      'content-length': String(manifest.length),
      'docker-content-digest': digestOf(manifest),
    },
    body: manifest,
  };
  return [
    ['/v2/', { json: {} }],
    [`${at}/tags/list`, { json: { name: `private/${name}`, tags: [version] } }],
    [`${at}/manifests/${version}`, answer],
    [`${at}/manifests/${digestOf(manifest)}`, answer],
    [`${at}/blobs/${digestOf(config)}`, { body: config }],
    [`${at}/blobs/${digestOf(archive)}`, { body: archive }],
  ];
}

function described(mediaType: string, bytes: Buffer) {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
