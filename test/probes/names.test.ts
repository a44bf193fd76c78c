import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { CLUSTER_RELEASE } from '../../src/evidence/cluster/release.ts';
import { HOST_PORTS, type PortFact } from '../../src/evidence/host/ports.ts';
import { certificateFilesCollector, NAMES_CERTIFICATE_FILES } from '../../src/evidence/names/certificate-files.ts';
import { NAMES_TLS, publicTlsCollector } from '../../src/evidence/names/public-tls.ts';
import { NAMES_TLS_SECRET, tlsSecretCollector } from '../../src/evidence/names/tls-secret.ts';
import type { Runner } from '../../src/exec/runner.ts';
import { dialHere } from '../../src/net/dial.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { checkOf, collectContext, judged } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../support/deployments.ts';
import { given } from '../support/need.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { type Authority, createAuthority, type Issued } from '../testbed/services/authority.ts';

/** Certificates of real authorities: a root of the tests' own, and one below it. */
interface Certificates {
  readonly folder: string;
  readonly root: Authority;
  readonly below: Authority;
  readonly good: Issued;
}

const HOST = 'dify.example.com';
/** Certificates are valid from the moment that they are made. */
const rightNow = (): string => new Date().toISOString();

const testbed = useTestbed<Certificates>(
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'difyctl-names-'));
    const root = await createAuthority(folder);
    const below = await root.below('Tests Below');
    return { folder, root, below, good: await below.issue({ names: [HOST], published: true }) };
  },
  ({ folder }) => rm(folder, { recursive: true, force: true }),
);

/** The served certificates, made of those of the testbed. */
type Made = (made: Certificates) => Promise<Issued> | Issued;

const withChain: Made = ({ good, below, root }) => ({
  certificate: good.certificate + below.certificate + root.certificate,
  key: good.key,
});
const issued =
  (wishes: Parameters<Authority['issue']>[0]): Made =>
  async ({ below, root }) => {
    const { certificate, key } = await below.issue(wishes);
    return { certificate: certificate + below.certificate + root.certificate, key };
  };

describe('the files of target.tls', () => {
  const deployment = sampleDeployment('prod-compose-s3-qdrant');

  async function judgeFiles({ certificate, key }: Issued, now = rightNow()) {
    const baseDirectory = await mkdtemp(join(testbed.get().folder, 'files-'));
    await writeFile(join(baseDirectory, 'fullchain.pem'), certificate);
    await writeFile(join(baseDirectory, 'key.pem'), key, { mode: 0o600 });
    const seen = await certificateFilesCollector.collect(collectContext({ deployment, baseDirectory }), given());
    expect(JSON.stringify(seen)).not.toContain('PRIVATE KEY');
    return judged(checkOf('names.certificate-files'), { deployment, now, seen: [[NAMES_CERTIFICATE_FILES, seen]] });
  }

  it.each<[string, Made, string, RegExp]>([
    ['with its whole chain', withChain, 'pass', /^certificate issued by Tests Below, \d+ days left/],
    ['that ends this month', issued({ names: [HOST], days: 20 }), 'warn', /expires in \d+ days/],
    ['that expired', issued({ names: [HOST], days: -3 }), 'fail', /expired on \d{4}-/],
    ['of another host', issued({ names: ['www.example.com'] }), 'fail', /is not for dify\.example\.com/],
    ['of a wildcard above', issued({ names: ['*.example.com'] }), 'pass', /days left/],
    ['without its issuer', ({ good }) => good, 'fail', /the certificate of Tests Below.* is missing/],
    [
      'of an issuer that nobody knows',
      ({ root }) => root.issue({ names: [HOST] }),
      'warn',
      /this machine does not trust Tests Root/,
    ],
    [
      'with another key',
      async (made) => ({ ...(await withChain(made)), key: (await made.below.issue({ names: [HOST] })).key }),
      'fail',
      /the key in .*key\.pem belongs to another certificate/,
    ],
    [
      'with a key under a passphrase',
      async (made) => ({ ...(await withChain(made)), key: '-----BEGIN ENCRYPTED PRIVATE KEY-----\n' }),
      'fail',
      /needs a passphrase/,
    ],
    [
      'that is none',
      ({ good }) => ({ ...good, certificate: 'no certificate' }),
      'fail',
      /fullchain\.pem contains no certificate/,
    ],
  ])('a certificate %s', async (_, make, status, observed) => {
    const result = await judgeFiles(await make(testbed.get()));
    expect(result).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  it('a certificate that expires before its own chain does is judged by the day of the run', async () => {
    expect(await judgeFiles(await withChain(testbed.get()), '2035-01-01')).toMatchObject({ status: 'fail' });
  });

  it('files that do not exist', async () => {
    const context = collectContext({ deployment, baseDirectory: join(testbed.get().folder, 'none') });
    const seen = await certificateFilesCollector.collect(context, given());
    const result = judged(checkOf('names.certificate-files'), { deployment, seen: [[NAMES_CERTIFICATE_FILES, seen]] });
    expect(result).toMatchObject({ status: 'fail', observed: expect.stringContaining('fullchain.pem does not exist') });
  });
});

describe('the server at the public address', () => {
  async function serve({ certificate, key }: Issued): Promise<{ readonly port: number; readonly server: Server }> {
    const server = createServer({ cert: certificate, key }, (socket) => socket.on('error', () => undefined).end());
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
  }

  /** Every public host leads to this port; `own`: this project holds its ports, so that its nginx answers. */
  async function judgeAt(port: number, sample: 'compose' | 'kubernetes', isInstalled: boolean) {
    const deployment = sampleDeployment(sample === 'compose' ? 'prod-compose-s3-qdrant' : 'prod-kubernetes-s3-qdrant');
    const dial: typeof dialHere = (_host, _port, options) => dialHere('127.0.0.1', port, options);
    const seen = await publicTlsCollector.collect(collectContext({ deployment, dial }), given());
    const ports: readonly PortFact[] = [
      { port: 443, purpose: 'target.httpsPort', state: isInstalled ? 'own' : 'free', holder: undefined },
    ];
    const release = { status: isInstalled ? 'deployed' : undefined, revision: undefined, claims: [] };
    return judged(checkOf('names.certificate'), {
      deployment,
      now: rightNow(),
      seen: [
        [NAMES_TLS, seen],
        [HOST_PORTS, ports],
        [CLUSTER_RELEASE, release],
      ],
    });
  }

  it.each<[string, Made, string, RegExp]>([
    ['with its whole chain', withChain, 'pass', /certificate issued by Tests Below/],
    ['that expired', issued({ names: [HOST], days: -3 }), 'fail', /expired on/],
    ['of another host', issued({ names: ['www.example.com'] }), 'fail', /for another host: www\.example\.com/],
    ['without its issuer', ({ good }) => good, 'fail', /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
    ['of an issuer that nobody knows', ({ root }) => root.issue({ names: [HOST] }), 'warn', /not trusted/],
  ])('a certificate %s', async (_, make, status, observed) => {
    const { server, port } = await serve(await make(testbed.get()));
    const served = await judgeAt(port, 'compose', true);
    const inCluster = await judgeAt(port, 'kubernetes', true);
    const early = await judgeAt(port, 'kubernetes', false);
    server.close();
    for (const result of [served, inCluster]) {
      expect(result).toMatchObject({ status, observed: expect.stringMatching(observed) });
    }
    // The ingress controller shows its own certificate until the Ingress is there.
    expect(early.status).toBe(status === 'pass' ? 'pass' : 'skip');
  });

  it('a server without TLS fails if it is this installation, and one that does not answer is unknown', async () => {
    const plain = createPlainServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const address = plain.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const [ours, theirs] = [await judgeAt(port, 'compose', true), await judgeAt(port, 'compose', false)];
    plain.close();
    expect([ours.status, theirs.status]).toEqual(['fail', 'skip']);
    const [free = 0] = await freePorts(1, new Set());
    expect((await judgeAt(free, 'compose', true)).status).toBe('skip');
  });
});

describe('the Secret that the ingress names', () => {
  const deployment = parsedDeployment({
    ...SAMPLE_FILES['prod-kubernetes-s3-qdrant'],
    target: {
      ...SAMPLE_FILES['prod-kubernetes-s3-qdrant'].target,
      ingress: { className: 'nginx', tls: { secretName: 'dify-tls' } },
    },
  });

  async function judgeSecret({ certificate, key }: Issued) {
    const encoded = (text: string) => Buffer.from(text).toString('base64');
    const secret = { type: 'kubernetes.io/tls', data: { 'tls.crt': encoded(certificate), 'tls.key': encoded(key) } };
    const runner: Runner = {
      run: async (_program, _args, options) => {
        options?.onStdout?.(Buffer.from(JSON.stringify(secret)));
        return { exitCode: 0, stdout: '', stderr: '' };
      },
    };
    const seen = await tlsSecretCollector.collect(collectContext({ deployment, runner }), given());
    expect(JSON.stringify(seen)).not.toContain(encoded(key).slice(100, 160));
    return judged(checkOf('names.tls-secret'), { deployment, now: rightNow(), seen: [[NAMES_TLS_SECRET, seen]] });
  }

  it.each<[string, Made, string]>([
    ['with its whole chain', withChain, 'pass'],
    ['that expired', issued({ names: [HOST], days: -3 }), 'fail'],
    ['of another host', issued({ names: ['www.example.com'] }), 'fail'],
    ['without its issuer', ({ good }) => good, 'fail'],
    [
      'with another key',
      async (made) => ({ ...(await withChain(made)), key: (await made.root.issue({ names: [HOST] })).key }),
      'fail',
    ],
  ])('a certificate %s', async (_, make, status) => {
    expect((await judgeSecret(await make(testbed.get()))).status).toBe(status);
  });
});
