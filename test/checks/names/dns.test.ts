import { expect, it } from 'vitest';
import { CLUSTER_RELEASE } from '../../../src/evidence/cluster/release.ts';
import { NAMES_DNS } from '../../../src/evidence/names/dns.ts';
import { NAMES_TLS_SECRET, type TlsSecret } from '../../../src/evidence/names/tls-secret.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../../support/deployments.ts';

const KUBERNETES = 'prod-kubernetes-s3-qdrant';
const COMPOSE = 'prod-compose-s3-qdrant';
const HOST = 'dify.example.com';
const release = (status: string | undefined) => [CLUSTER_RELEASE, { status, revision: undefined, claims: [] }] as const;

it.each<[string, typeof KUBERNETES | typeof COMPOSE, readonly string[], string | undefined, string, RegExp]>([
  ['resolves', KUBERNETES, ['203.0.113.7'], undefined, 'pass', /dify\.example\.com is 203\.0\.113\.7/],
  ['does not resolve before the first install', KUBERNETES, [], undefined, 'skip', /no release yet/],
  [
    'does not resolve although it is installed',
    KUBERNETES,
    [],
    'deployed',
    'warn',
    /does not resolve from this machine/,
  ],
  [
    'does not resolve, for a machine that is there already',
    COMPOSE,
    [],
    undefined,
    'warn',
    /does not resolve from this machine/,
  ],
])('a public name that %s', (_, sample, addresses, status, expected, message) => {
  const seen = [
    { host: HOST, fields: ['urls.console'], addresses, ...(addresses.length === 0 ? { code: 'ENOTFOUND' } : {}) },
  ];
  const result = judged(checkOf('names.dns'), {
    deployment: sampleDeployment(sample),
    seen: [[NAMES_DNS, seen], release(status)],
  });
  expect(result).toMatchObject({ status: expected, message: expect.stringMatching(message) });
});

const PAIR = {
  subject: HOST,
  issuer: 'R11',
  validFrom: '2026-10-01T00:00:00Z',
  validTo: '2027-01-20T00:00:00Z',
  chain: 'public',
  uncovered: [],
} as const;

it.each<[string, Partial<TlsSecret>, Readonly<Record<string, string>>, string, RegExp]>([
  ['is good', { pair: PAIR }, {}, 'pass', /^certificate issued by R11, 58 days left/],
  ['is for another host', { pair: { ...PAIR, uncovered: [HOST] } }, {}, 'fail', /is not for dify\.example\.com/],
  [
    'holds another key',
    { pair: { ...PAIR, keyFault: 'belongs to another certificate' } },
    {},
    'fail',
    /key in Secret dify-tls belongs/,
  ],
  ['lacks an issuer', { pair: { ...PAIR, chain: 'incomplete' } }, {}, 'fail', /is missing/],
  ['is of an authority of one’s own', { pair: { ...PAIR, chain: 'private' } }, {}, 'pass', /days left/],
  [
    'contains no certificate',
    { fault: 'tls.crt contains no certificate in PEM form' },
    {},
    'fail',
    /contains no certificate/,
  ],
  ['is of another type', { type: 'Opaque', pair: PAIR }, {}, 'fail', /of type Opaque/],
  ['is not there', { exists: false, type: '' }, {}, 'warn', /Secret dify\/dify-tls does not exist/],
  ['will be made', { exists: false, type: '' }, { 'cert-manager.io/cluster-issuer': 'le' }, 'pass', /cert-manager\.io/],
])('a Secret for TLS that %s', (_, over, annotations, status, observed) => {
  const file = SAMPLE_FILES[KUBERNETES];
  const ingress = { className: 'nginx', annotations, tls: { secretName: 'dify-tls' } };
  const deployment = parsedDeployment({ ...file, target: { ...file.target, ingress } });
  const seen: TlsSecret = { name: 'dify-tls', exists: true, type: 'kubernetes.io/tls', ...over };
  const result = judged(checkOf('names.tls-secret'), { deployment, seen: [[NAMES_TLS_SECRET, seen]] });
  expect(result).toMatchObject({ status, observed: expect.stringMatching(observed) });
});

it.each<[string, TlsSecret['issuer'], string, string]>([
  ['exists', { exists: true }, 'pass', 'ClusterIssuer le creates Secret dify-tls once the ingress exists'],
  ['is missing', { exists: false }, 'fail', 'ClusterIssuer le does not exist'],
  ['is not ready', { exists: true, notReady: 'no account' }, 'fail', 'ClusterIssuer le is not ready: no account'],
  [
    'may not be read',
    undefined,
    'pass',
    'ClusterIssuer le creates Secret dify-tls; difyctl may not read the ClusterIssuer',
  ],
])('an issuer that %s', (_, issuer, status, observed) => {
  const file = SAMPLE_FILES[KUBERNETES];
  const tls = { secretName: 'dify-tls', issuer: { kind: 'ClusterIssuer', name: 'le' } };
  const deployment = parsedDeployment({ ...file, target: { ...file.target, ingress: { className: 'nginx', tls } } });
  const absent: TlsSecret = { name: 'dify-tls', exists: false, type: '' };
  const seen = issuer === undefined ? absent : { ...absent, issuer };
  const result = judged(checkOf('names.tls-secret'), { deployment, seen: [[NAMES_TLS_SECRET, seen]] });
  expect(result).toMatchObject({ status, observed });
});
