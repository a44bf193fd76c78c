import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import type { CollectContext } from '../../src/evidence/evidence.ts';
import { IMAGES_ENGINE } from '../../src/evidence/images/engine-images.ts';
import { IMAGES_LIST } from '../../src/evidence/images/list.ts';
import { IMAGES_MACHINES } from '../../src/evidence/images/machines.ts';
import { askManifest } from '../../src/evidence/images/manifest.ts';
import { parseImage } from '../../src/evidence/images/reference.ts';
import { IMAGES_REGISTRIES, registriesCollector } from '../../src/evidence/images/registries.ts';
import { openRegistry } from '../../src/evidence/images/registry-client.ts';
import { type Dial, dialHere } from '../../src/net/dial.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { checkOf, collectContext, judged } from '../support/check-runs.ts';
import { runCli } from '../support/cli.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { given } from '../support/need.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { type DockerRegistryService, startDockerRegistry } from '../testbed/services/docker-registry.ts';
import { makeCertificate } from '../testbed/services/tls.ts';

/** Real registries: one for everybody, one that asks for a password, one that sends its clients to a token server. */
interface Registries {
  readonly open: DockerRegistryService;
  readonly closed: DockerRegistryService;
  readonly tokens: DockerRegistryService;
  /**
   * Two folders with docker's config.json. One has the right passwords for `closed` and `tokens`, the other a wrong
   * one.
   */
  readonly right: string;
  readonly wrong: string;
  readonly end: () => Promise<void>;
}

const LOGIN = { username: 'puller', password: 'planted:password/ä' };

const testbed = useTestbed<Registries>(
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'difyctl-registries-'));
    const certificate = await makeCertificate(folder, ['127.0.0.1']);
    const issuer = await startIssuer(certificate.certFile, certificate.keyFile);
    const token = { realm: `http://127.0.0.1:${issuer.port}/token`, issuer: 'tests', certFile: certificate.caFile };
    const [open, closed, tokens] = await Promise.all([
      startDockerRegistry(),
      startDockerRegistry({ login: LOGIN }),
      startDockerRegistry({ token }),
    ]);
    await open.push('dify/api', '1.16.1', ['amd64', 'arm64']);
    await open.push('dify/sandbox', '0.2.15', ['arm64']);
    await closed.push('dify/api', '1.16.1', ['amd64']);
    const right = await dockerConfig(join(folder, 'right'), [closed.name, tokens.name], LOGIN.password);
    const wrong = await dockerConfig(join(folder, 'wrong'), [closed.name, tokens.name], 'another');
    const end = async () => {
      issuer.server.close();
      await Promise.all([open.stop(), closed.stop(), tokens.stop()]);
      await rm(folder, { recursive: true, force: true });
    };
    return { open, closed, tokens, right, wrong, end };
  },
  ({ end }) => end(),
);

async function dockerConfig(folder: string, registries: readonly string[], password: string): Promise<string> {
  const auth = Buffer.from(`${LOGIN.username}:${password}`).toString('base64');
  const auths = Object.fromEntries(registries.map((name) => [name, { auth }]));
  await execa('mkdir', ['-p', folder]);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }));
  return folder;
}

/** Gives whoever logs in a token for what is asked, and everybody else none: the token specification of registries. */
async function startIssuer(
  certFile: string,
  keyFile: string,
): Promise<{ readonly server: Server; readonly port: number }> {
  const key = createPrivateKey(await readFile(keyFile, 'utf8'));
  const x5c = [new X509Certificate(await readFile(certFile)).raw.toString('base64')];
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [type = '', name = '', action = ''] = (url.searchParams.get('scope') ?? '').split(':');
    const wanted = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
    if (request.headers.authorization !== wanted) return void response.writeHead(401).end('{}');
    const exp = Math.floor(Date.now() / 1000) + 300;
    const claims = {
      iss: 'tests',
      aud: url.searchParams.get('service'),
      exp,
      nbf: exp - 600,
      access: [{ type, name, actions: [action] }],
    };
    const body = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    response.end(JSON.stringify({ token: `${body}.${signature}` }));
  });
  return { server, port: await listening(server) };
}

/** The results of the three checks for these images, with docker's logins of a folder. */
async function ask(names: readonly string[], over: Partial<CollectContext> = {}) {
  const deployment = sampleDeployment('prod-compose-s3-qdrant');
  const list = names.map((name) => ({ name, source: name, usedBy: ['api'] }));
  const need = given([IMAGES_LIST, list], [IMAGES_ENGINE, []]);
  const seen = await registriesCollector.collect(collectContext({ deployment, ...over }), need);
  const said = (id: string) =>
    judged(checkOf(id), {
      deployment,
      seen: [
        [IMAGES_LIST, list],
        [IMAGES_ENGINE, []],
        [IMAGES_REGISTRIES, seen],
        [IMAGES_MACHINES, ['amd64']],
      ],
    });
  expect(JSON.stringify(seen)).not.toContain('planted');
  return {
    registries: said('images.registries'),
    available: said('images.available'),
    architectures: said('images.architectures'),
    images: seen.flatMap((one) => one.images),
  };
}

it('finds an image with its digest and its architectures', async () => {
  const { registries, available, architectures, images } = await ask([`${testbed.get().open.name}/dify/api:1.16.1`]);
  expect([registries.status, available.status, architectures.status]).toEqual(['pass', 'pass', 'pass']);
  expect(images).toMatchObject([
    { outcome: 'present', digest: expect.stringMatching(/^sha256:/), architectures: ['amd64', 'arm64'] },
  ]);
});

it('finds an image by its digest', async () => {
  const name = `${testbed.get().open.name}/dify/api`;
  const { images } = await ask([`${name}:1.16.1`]);
  const { available } = await ask([`${name}@${images[0]?.digest}`]);
  expect(available.status).toBe('pass');
});

it.each(['dify/api:1.16.2', 'dify/web:1.16.1'])('%s, which the mirror lacks, fails', async (image) => {
  const name = `${testbed.get().open.name}/${image}`;
  const { available } = await ask([`${testbed.get().open.name}/dify/api:1.16.1`, name]);
  expect(available).toMatchObject({ status: 'fail', message: `${name} is not in its registry` });
  expect(available.remedy).toContain('difyctl images --format mirror');
});

it('an image of another architecture fails', async () => {
  const { open } = testbed.get();
  const { architectures } = await ask([`${open.name}/dify/api:1.16.1`, `${open.name}/dify/sandbox:0.2.15`]);
  expect(architectures).toMatchObject({
    status: 'fail',
    observed: `${open.name}/dify/sandbox:0.2.15 supports arm64`,
  });
});

it.each(['closed', 'tokens'] as const)('a registry with logins (%s) is queried with those of docker', async (kind) => {
  const { right, wrong, ...registries } = testbed.get();
  const name = `${registries[kind].name}/dify/api:1.16.1`;
  const withLogin = await ask([name], { env: { DOCKER_CONFIG: right } });
  // Nothing was put into the registry with tokens: to be told so is to be let in.
  expect(withLogin.images[0]?.outcome).toBe(kind === 'closed' ? 'present' : 'missing');
  for (const env of [{ DOCKER_CONFIG: wrong }, {}]) {
    const { registries: reached, available } = await ask([name], { env });
    expect([reached.status, available.status]).toEqual(['pass', 'fail']);
  }
});

it('a registry with an unknown login is left to the nodes of a cluster', async () => {
  const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
  const list = [{ name: `${testbed.get().closed.name}/dify/api:1.16.1`, source: '', usedBy: [] }];
  const need = given([IMAGES_LIST, list], [IMAGES_ENGINE, []]);
  const seen = await registriesCollector.collect(collectContext({ deployment }), need);
  const available = judged(checkOf('images.available'), {
    deployment,
    seen: [
      [IMAGES_ENGINE, []],
      [IMAGES_REGISTRIES, seen],
    ],
  });
  expect(available.status).toBe('skip');
});

it('a registry where nothing listens is one warning', async () => {
  const [port] = await freePorts(1, new Set());
  const { registries, available, architectures } = await ask([`127.0.0.1:${port}/dify/api:1.16.1`]);
  expect([registries.status, available.status, architectures.status]).toEqual(['warn', 'skip', 'skip']);
  expect(registries.message).toContain('nothing listens on the port');
});

it('a login is not sent to an address without TLS, whatever a registry says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'difyctl-realm-'));
  const certificate = await makeCertificate(folder, ['registry.example.test']);
  const [cert, key, ca] = await Promise.all(
    [certificate.certFile, certificate.keyFile, certificate.caFile].map((file) => readFile(file, 'utf8')),
  );
  const heard: (string | undefined)[] = [];
  const realm = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.end('{"token":"x"}');
  });
  const realmPort = await listening(realm);
  const challenge = `Bearer realm="http://127.0.0.1:${realmPort}/token",service="registry"`;
  const server = createSecureServer({ cert, key }, (_, response) => {
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  });
  const port = await listening(server);
  const dial: Dial = (host, at, options) => dialHere('127.0.0.1', host === '127.0.0.1' ? at : port, options);
  const { signal } = new AbortController();
  const options = { dial, signal, limitMs: 5_000, login: LOGIN, insecure: false, ca };
  const registry = await openRegistry('registry.example.test', options);
  const fact = await askManifest(registry, parseImage('registry.example.test/dify/api:1'), false);
  for (const one of [realm, server]) one.close();
  await rm(folder, { recursive: true, force: true });
  expect(fact).toEqual({ outcome: 'denied', text: expect.stringContaining('without TLS') });
  expect(heard).toEqual([]);
});

async function listening(server: Server | SecureServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('difyctl images --digests queries each image, and continues without those that are missing', async () => {
  const { open } = testbed.get();
  await open.push('langgenius/dify-web', '1.16.1', ['amd64']);
  const folder = await mkdtemp(join(tmpdir(), 'difyctl-digests-'));
  await writeFile(join(folder, 'difyctl.yaml'), 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n');
  const args = ['images', '--digests', '-o', 'json', '--images-registry', open.name];
  const { code, stdout } = await runCli(args, { cwd: folder, env: { HOME: folder } });
  await rm(folder, { recursive: true, force: true });
  expect(code).toBe(0);
  const { images } = JSON.parse(stdout) as { images: { name: string; source: string; digest?: string }[] };
  expect(images.filter(({ digest }) => digest !== undefined)).toEqual([
    {
      name: `${open.name}/langgenius/dify-web:1.16.1`,
      source: 'langgenius/dify-web:1.16.1',
      usedBy: ['web'],
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    },
  ]);
});
