import { isObject, type Json, type JsonObject } from '../../src/base/json.ts';
import { formatPath, type Path, readPath, withoutPath, withPath } from '../../src/deployment/paths.ts';

/** One thing broken in an otherwise healthy deployment file. */
export interface Mutation {
  readonly path: string;
  /** What was done to it: `host that does not exist`. */
  readonly what: string;
  readonly file: JsonObject;
}

/** A way to break the values at the paths that match a pattern. */
interface Way {
  /** Matches a whole dotted path; list indices as `[0]`. */
  readonly at: RegExp;
  readonly what: string;
  /** The broken value; undefined takes the field out. */
  readonly to: (value: Json) => Json | undefined;
}

const always = (value: Json) => (): Json => value;
const gone = (): undefined => undefined;
const text = (change: (value: string) => string) => (value: Json) => change(String(value));
const LONG_AGO = '2024-01-01';

/** Each change is an error wherever its path occurs: with it the file would stop or endanger the deployment. */
const WAYS: readonly Way[] = [
  { at: /(^|\.)host$/, what: 'a host that does not exist', to: always('nowhere.invalid') },
  { at: /(^|\.)port$/, what: 'a port where nothing listens', to: always(9) },
  { at: /(^|\.)username$/, what: 'a user that does not exist', to: always('nobody-here') },
  {
    at: /^(?!secrets).*(password|apiKey|accessKey|secretKey)$/i,
    what: 'a wrong secret',
    to: always({ env: 'WRONG_SECRET' }),
  },
  {
    at: /(password|apiKey|accessKey|secretKey)$/i,
    what: 'a secret that is not set',
    to: always({ env: 'NOBODY_SET_THIS' }),
  },
  { at: /(password|apiKey|secretKey)$/i, what: 'a literal value instead of a reference', to: always('hunter2hunter2') },
  {
    at: /^postgres\.password$/,
    what: 'a password with a space, which the plugin daemon cannot use',
    to: always({ env: 'SPACED_SECRET' }),
  },
  { at: /^secrets\.\w+$/, what: "the secret that upstream's files publish", to: always({ env: 'PUBLISHED_SECRET' }) },
  { at: /\.tls\.mode$/, what: 'TLS disabled, although the server requires it', to: always('disable') },
  { at: /\.tls\.caFile$/, what: "another authority's certificate", to: always('./other-ca.pem') },
  { at: /\.tls\.caFile$/, what: 'a missing file', to: always('./none.pem') },
  { at: /\.databases\.(main|plugin)$/, what: 'a database that does not exist', to: always('no_such_database') },
  { at: /^redis\.databases\.\w+$/, what: 'a database number that the server does not have', to: always(15) },
  { at: /sentinel\.master$/, what: 'a master name that no sentinel watches', to: always('othermaster') },
  {
    at: /sentinel\.nodes$/,
    what: 'only one sentinel',
    to: (value) => (Array.isArray(value) ? value.slice(0, 1) : value),
  },
  {
    at: /sentinel\.nodes\[0\]$/,
    what: 'an address without a sentinel',
    to: text((value) => value.replace(/\d+$/, '9')),
  },
  { at: /[bB]ucket$/, what: 'a bucket that does not exist', to: always('no-such-bucket') },
  { at: /[bB]ucket$/, what: 'an invalid bucket name', to: always('Dify Files') },
  { at: /addressStyle$/, what: 'an address style that the server does not support', to: always('virtual') },
  { at: /s3\.endpoint$/, what: 'a missing service', to: text((url) => url.replace(/:\d+$/, ':9')) },
  { at: /vectorStore\.\w+\.url$/, what: 'a missing service', to: text((url) => url.replace(/:\d+$/, ':9')) },
  { at: /grpcUrl$/, what: 'a gRPC port that is closed', to: text((url) => url.replace(/:\d+$/, ':9')) },
  { at: /^urls\.\w+$/, what: 'no TLS in public', to: text((url) => url.replace('https:', 'http:')) },
  { at: /^urls\.\w+$/, what: 'a slash at the end', to: text((url) => `${url}/`) },
  { at: /^urls\.\w+$/, what: 'no scheme', to: text((url) => url.replace('https://', '')) },
  { at: /^urls\.(console|api)$/, what: 'a name that only the cluster resolves', to: always('https://api') },
  { at: /^urls\.console$/, what: 'a different site than the API', to: always('https://console.elsewhere.example') },
  { at: /^name$/, what: 'an invalid object name', to: always('Dify Prod') },
  { at: /^tier$/, what: 'a tier that does not exist', to: always('production') },
  { at: /^edition$/, what: 'an edition that cannot be rendered', to: always('enterprise') },
  { at: /^version$/, what: 'no version', to: always('latest') },
  { at: /^version$/, what: 'a release that is not rendered', to: always('1.9.1') },
  { at: /^apiVersion$/, what: 'another format', to: always('difyctl/v2') },
  { at: /^target\.context$/, what: 'a context that the kubeconfig does not have', to: always('nowhere') },
  { at: /^target\.namespace$/, what: 'an invalid namespace name', to: always('Dify_Prod') },
  { at: /^target\.chart\.path$/, what: 'a missing chart', to: always('./no-chart') },
  { at: /^target\.storageClass$/, what: 'a storage class that does not exist', to: always('no-such-class') },
  { at: /^target\.ingress\.className$/, what: 'an ingress class that does not exist', to: always('no-such-class') },
  { at: /^target\.ingress\.tls$/, what: 'no certificate for the public names', to: gone },
  { at: /^target\.tls$/, what: 'no certificate for the public names', to: gone },
  { at: /^target\.tls\.(certFile|keyFile)$/, what: 'a missing file', to: always('./none.pem') },
  { at: /^target\.tls\.certFile$/, what: "another host's certificate", to: always('./other-cert.pem') },
  { at: /^target\.tls\.keyFile$/, what: 'a key that does not fit the certificate', to: always('./other-key.pem') },
  { at: /^target\.httpsPort$/, what: 'a port that is in use', to: always(0) },
  { at: /^components\.(api|worker|web|sandbox)\.replicas$/, what: 'one replica', to: always(1) },
  {
    at: /^components\.(api|worker|web|sandbox|proxy)\.replicas$/,
    what: 'more than fits on the nodes',
    to: always(150),
  },
  { at: /^components\.beat\.replicas$/, what: 'two replicas of a process that must run once', to: always(2) },
  { at: /^components\.(api|worker|web|beat)\.enabled$/, what: 'switched off', to: always(false) },
  { at: /resources\.requests\.cpu$/, what: 'more than any node has', to: always('64') },
  { at: /resources\.requests\.memory$/, what: 'more than any node has', to: always('512Gi') },
  { at: /resources\.limits\.(cpu|memory)$/, what: 'a limit below the request', to: always('1m') },
  { at: /resources\.\w+\.(cpu|memory)$/, what: 'not a quantity', to: always('lots') },
  { at: /^logging\.level$/, what: 'debug logs', to: always('DEBUG') },
  { at: /^postgres\.maxConnections$/, what: 'fewer connections than the plan requires', to: always(20) },
  { at: /^recovery$/, what: 'no recovery plan', to: gone },
  { at: /^recovery\.rpo$/, what: 'an RPO shorter than every backup interval', to: always('5s') },
  { at: /^recovery\.rto$/, what: 'an RTO shorter than every restore', to: always('1m') },
  {
    at: /^recovery\.availability$/,
    what: 'an availability target that the components do not reach',
    to: always('99.999%'),
  },
  { at: /^recovery\.upgradeWindow$/, what: 'no upgrade window', to: gone },
  {
    at: /^recovery\.(postgres|objectStorage|vectorStore|configuration|drills)$/,
    what: 'no recovery plan for one store',
    to: gone,
  },
  { at: /^recovery\.postgres$/, what: 'replication instead of a backup', to: always({ method: 'replica' }) },
  {
    at: /^recovery\.postgres$/,
    what: 'a dump that meets the RPO, but no job makes it',
    to: always({ method: 'dump', interval: '5m', duration: '1m', retention: '14d' }),
  },
  {
    at: /^recovery\.postgres$/,
    what: 'one dump a day',
    to: always({ method: 'dump', interval: '1d', retention: '14d' }),
  },
  { at: /^recovery\.postgres\.interval$/, what: 'one backup a day', to: always('1d') },
  { at: /^recovery\.objectStorage\.versioning$/, what: 'no old versions', to: always(false) },
  { at: /^recovery\.drills\.last$/, what: 'an old drill', to: always(LONG_AGO) },
  { at: /^recovery\.drills\.last$/, what: 'no drill yet', to: gone },
  { at: /^recovery\.measured\.restore$/, what: 'a restore slower than promised', to: always('3d') },
  { at: /^recovery\.measured\.at$/, what: 'an old measurement', to: always(LONG_AGO) },
  { at: /^recovery\.redis\.persistence$/, what: 'a queue that a restart empties', to: always('none') },
  { at: /^recovery\.topology\.zones$/, what: 'more zones than there are', to: always(5) },
  { at: /^acceptedRisks\[0\]\.until$/, what: 'an expired acceptance', to: always(LONG_AGO) },
  { at: /^acceptedRisks\[0\]\.check$/, what: 'a check that does not exist', to: always('host.no-such-check') },
  { at: /^acceptedRisks\[0\]$/, what: 'a risk that is not accepted', to: gone },
  { at: /^extraValues$/, what: 'a key that the chart ignores', to: always({ api: { replica: 3 } }) },
  { at: /^extraValues$/, what: 'a secret', to: always({ externalRedis: { password: 'hunter2hunter2' } }) },
  { at: /^extraValues$/, what: 'an image without a version', to: always({ image: { api: { tag: 'latest' } } }) },
  { at: /^extraValues$/, what: 'one replica, with the key of the chart', to: always({ api: { replicas: 1 } }) },
  { at: /^extraValues$/, what: 'debug logs, with the key of the chart', to: always({ api: { logLevel: 'DEBUG' } }) },
  { at: /^extraValues$/, what: 'no readiness probe', to: always({ web: { readinessProbe: { enabled: false } } }) },
  { at: /^extraValues$/, what: 'another database', to: always({ externalPostgres: { database: { api: 'other' } } }) },
  { at: /^extraValues$/, what: 'MySQL instead of PostgreSQL', to: always({ externalMysql: { enabled: true } }) },
  { at: /^extraValues$/, what: 'no TLS on the ingress', to: always({ ingress: { tls: [] } }) },
  {
    at: /^extraValues$/,
    what: "another volume instead of squid's rules",
    to: always({ ssrfProxy: { extraVolumes: [{ name: 'difyctl-ssrf-rules', emptyDir: {} }] } }),
  },
  { at: /^recovery\.topology$/, what: 'two active regions', to: always({ zones: 3, region: 'active-active' }) },
  {
    at: /^recovery\.topology$/,
    what: 'a second region without the files',
    to: always({ zones: 3, region: 'standby' }),
  },
  { at: /^images\.registry$/, what: 'a registry that does not exist', to: always('registry.invalid/dify') },
  { at: /^images\.pullSecret$/, what: 'a pull secret that does not exist', to: always('no-such-secret') },
  { at: /^mail\.smtp\.tls$/, what: 'no TLS, although the server requires it', to: always('none') },
];

/** Every way at every path of the file that it fits, and a key misspelt in each section: the order is the file's. */
export function mutationsOf(file: JsonObject): readonly Mutation[] {
  return pathsOf(file).flatMap((path) => {
    const name = formatPath(path);
    const value = readPath(file, path);
    if (value === undefined) return [];
    const broken = WAYS.filter(({ at }) => at.test(name)).map(({ what, to }): Mutation => {
      const changed = to(value);
      const mutated = changed === undefined ? withoutPath(file, path) : withPath(file, path, changed);
      return { path: name, what, file: asObject(mutated) };
    });
    return [...broken, ...misspelt(file, path, value)];
  });
}

/** A section's key with two letters swapped. */
function misspelt(file: JsonObject, path: Path, value: Json): readonly Mutation[] {
  const key = String(path.at(-1));
  if (!isObject(value) || path.length > 2 || typeof path.at(-1) === 'number' || key === 'extraValues') return [];
  const typo = `${key.slice(0, -2)}${key.at(-1)}${key.at(-2)}`;
  if (typo === key) return [];
  const renamed = withPath(withoutPath(file, path), [...path.slice(0, -1), typo], value);
  return [{ path: formatPath(path), what: `misspelt as ${typo}`, file: asObject(renamed) }];
}

function pathsOf(value: Json, path: Path = []): readonly Path[] {
  const below = Array.isArray(value)
    ? value.flatMap((one: Json, index) => pathsOf(one, [...path, index]))
    : isObject(value)
      ? Object.entries(value as JsonObject).flatMap(([key, one]) => pathsOf(one, [...path, key]))
      : [];
  return path.length === 0 ? below : [path, ...below];
}

function asObject(value: Json): JsonObject {
  if (isObject(value)) return value as JsonObject;
  throw new Error('a mutation keeps the file an object');
}
