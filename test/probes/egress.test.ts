import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { NAMES_EGRESS } from '../../src/evidence/names/egress.ts';
import { namesEgressCollector } from '../../src/evidence/names/egress-collector.ts';
import { NAMES_SETTINGS, type NamesSettings } from '../../src/evidence/names/settings.ts';
import { type Dial, dialHere } from '../../src/net/dial.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { checkOf, collectContext, judged } from '../support/check-runs.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { given } from '../support/need.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startFakeHttp } from '../testbed/services/fake-http.ts';
import { startFakeHttpProxy } from '../testbed/services/fake-http-proxy.ts';
import { type Certificate, makeCertificate } from '../testbed/services/tls.ts';

/** The way out, through sockets of this machine alone: no name here leads anywhere else. */
const MIRROR = 'mirror.example';
const OFF = { MARKETPLACE_ENABLED: 'false' };

const certificate = useTestbed<Certificate & { readonly folder: string }>(
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'difyctl-egress-'));
    return { folder, ...(await makeCertificate(folder, [MIRROR])) };
  },
  ({ folder }) => rm(folder, { recursive: true, force: true }),
);

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
async function kept<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const service = await starting;
  running.push(service);
  return service;
}

const index = (shown?: Certificate) =>
  kept(startFakeHttp(({ path }) => (path === '/simple/pip/' ? { body: '<html>' } : { status: 404 }), shown));

/** Names of the outside lead to this port; addresses of this machine are themselves. */
const dialTo =
  (port: number): Dial =>
  (host, asked, options) =>
    host === '127.0.0.1' ? dialHere(host, asked, options) : dialHere('127.0.0.1', port, options);

async function judge(pluginDaemon: Record<string, string>, port: number) {
  const settings: NamesSettings = { variables: { api: OFF, pluginDaemon }, bodyLimits: [], internalHosts: [] };
  const context = collectContext({ dial: dialTo(port) });
  const seen = await namesEgressCollector.collect(context, given([NAMES_SETTINGS, settings]));
  const deployment = sampleDeployment('prod-compose-s3-qdrant');
  return judged(checkOf('names.egress'), { deployment, seen: [[NAMES_EGRESS, seen]] });
}

it('a mirror that serves its index', async () => {
  const { port, requests } = await index();
  expect(await judge({ PIP_MIRROR_URL: `http://${MIRROR}/simple` }, port)).toMatchObject({ status: 'pass' });
  expect(requests).toEqual(['GET /simple/pip/']);
});

it('a mirror without an index at that path', async () => {
  const { port } = await index();
  const result = await judge({ PIP_MIRROR_URL: `http://${MIRROR}/pypi` }, port);
  expect(result).toMatchObject({ status: 'warn', message: expect.stringContaining('no package index at that path') });
});

it('a mirror where nothing listens', async () => {
  const [port = 0] = await freePorts(1, new Set());
  const result = await judge({ PIP_MIRROR_URL: `https://${MIRROR}/simple` }, port);
  expect(result).toMatchObject({ status: 'warn', message: expect.stringContaining('refuses the connection') });
});

it('a mirror with a certificate of a private CA', async () => {
  const { port } = await index(certificate.get());
  const result = await judge({ PIP_MIRROR_URL: `https://${MIRROR}/simple` }, port);
  expect(result).toMatchObject({ status: 'warn', message: expect.stringContaining('not trusted') });
});

it('a mirror with TLS behind the proxy of the containers', async () => {
  const { port } = await index(certificate.get());
  const proxy = await kept(startFakeHttpProxy({ port }));
  const result = await judge({ PIP_MIRROR_URL: `https://${MIRROR}/simple`, HTTPS_PROXY: proxy.url }, 9);
  expect(proxy.asked).toEqual([`${MIRROR}:443`]);
  expect(result.message).toMatch(/not trusted.*by the proxy/);
});

it.each<[number, string, RegExp]>([
  [403, 'warn', /does not connect to mirror\.example \(403\)/],
  [407, 'skip', /its proxy requires a login/],
])('a proxy that answers %i', async (refusal, status, message) => {
  const proxy = await kept(startFakeHttpProxy({ status: refusal }));
  const result = await judge({ PIP_MIRROR_URL: `https://${MIRROR}/simple`, HTTPS_PROXY: proxy.url }, 9);
  expect(result).toMatchObject({ status, message: expect.stringMatching(message) });
});

it('a proxy that does not speak HTTP is not tested', async () => {
  const result = await judge({ PIP_MIRROR_URL: `https://${MIRROR}/simple`, ALL_PROXY: 'socks5://127.0.0.1:1080' }, 9);
  expect(result).toMatchObject({ status: 'skip', message: expect.stringContaining('which is not an HTTP proxy') });
});
