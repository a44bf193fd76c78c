/** One way in which installations of Dify fail, as users reported it, and what of difyctl finds it. */
export interface Failure {
  readonly number: number;
  readonly failure: string;
  /** Ids of the checks that find it before an installation; `validate` if the file is refused. */
  readonly before: readonly string[];
  /** Ids of the checks that find it afterwards. */
  readonly after: readonly string[];
  /** Why nothing finds it: it cannot be seen, or what difyctl renders cannot have it. */
  readonly instead?: string;
}

const found = (number: number, failure: string, before: readonly string[], after: readonly string[] = []): Failure => ({
  number,
  failure,
  before,
  after,
});
const never = (number: number, failure: string, instead: string, after: readonly string[] = []): Failure => ({
  number,
  failure,
  before: [],
  after,
  instead,
});

/**
 * Failures that users reported upstream and, from 35 on, failures found in trials of difyctl. Same order as
 * docs/failures.md.
 */
export const CATALOGUE: readonly Failure[] = [
  found(
    1,
    'the API may not write its files: the folder is not of user 1001',
    ['host.storage-owner'],
    ['app.workloads'],
  ),
  found(2, 'knowledge is unusable: Weaviate is older than its client', ['vector-store.version']),
  found(3, 'Weaviate cannot read its data: minor versions were skipped', ['vector-store.version']),
  found(4, 'no search: the gRPC port of Weaviate is closed', ['vector-store.grpc']),
  found(5, 'no master found: a wrong master name, or a password in the wrong place', ['redis.master', 'redis.login']),
  found(6, 'jobs fail with CROSSSLOT: a Redis Cluster as broker', ['redis.cluster-mode']),
  never(
    7,
    'the broker URL is misread: a password with @, /, # or :',
    'every composed URL is rendered percent-encoded; test/render verifies it',
  ),
  found(8, 'the plugin daemon cannot log in where the API can: a password that breaks its DSN', [
    'config.password-forms',
  ]),
  found(9, 'too many clients: the pools ask for more connections than the server has', ['postgres.connections']),
  found(10, 'the plugin daemon panics: its database is missing and its role may not create it', ['postgres.databases']),
  found(11, 'password authentication failed: the password changed after the data was created', ['host.postgres-data']),
  found(
    12,
    'the bundled database does not start: its data is of another major version',
    ['host.postgres-data'],
    ['app.workloads'],
  ),
  found(13, 'bad gateway: a search domain takes over the name of a service', ['host.search-domains'], ['app.routes']),
  found(14, 'uploads fail with 413: a server in front of Dify allows less', ['names.body-size']),
  never(
    15,
    'requests of more than 1 MB fail in the proxy',
    'the rendered squid configuration sets its buffers; a golden file verifies it',
  ),
  found(16, 'internal hosts answer 403: the SSRF proxy refuses private addresses', ['names.ssrf-proxy']),
  found(17, 'sign-in loops: the cookies belong to two sites', ['names.same-site']),
  found(
    18,
    'the page loads forever: a public address that only the deployment resolves',
    ['validate', 'names.hosts'],
    ['app.web'],
  ),
  found(19, 'a URL without http(s): the address of files is wrong', ['validate', 'names.files-url']),
  found(20, 'documents stay queued: no worker', ['validate', 'config.replicas'], ['app.workloads']),
  found(21, 'schedules never fire, or fire twice: no beat, or two', ['validate'], ['app.workloads']),
  found(22, "can't locate revision: an older Dify on a newer schema", ['release.version'], ['app.workloads']),
  found(23, 'migrations fail: PostgreSQL is too old or too new', ['postgres.version']),
  found(24, 'a port is in use', ['host.ports']),
  found(25, 'Compose refuses the file: it is too old', ['tools.compose']),
  found(26, 'plugins do not install: no connection to PyPI or the marketplace', ['names.egress']),
  found(27, 'the sandbox restarts: its configuration is missing', ['host.files'], ['app.restarts', 'app.workloads']),
  found(28, 'model credentials are lost: the storage or the secret key is not the one that they were created with', [
    'config.secrets',
  ]),
  found(29, 'the bucket does not resolve: the address style is wrong', ['object-storage.address-style']),
  found(30, 'writes are refused: a disk is full', ['redis.writes', 'host.disk', 'vector-store.disk']),
  found(31, 'model providers vanish after 1.0: plugins were not migrated', ['release.version']),
  found(
    32,
    'the plugin daemon answers 403: its key differs from the key of the API',
    ['config.secret-pairs'],
    ['app.workloads'],
  ),
  never(
    33,
    'a container keeps restarting: its files are of several versions',
    'one version renders all files; a restart loop is found afterwards',
    ['app.restarts', 'app.workloads'],
  ),
  found(34, 'Helm: claims that no storage class can serve, or a broker whose name does not resolve', [
    'cluster.storage.read-write-many',
    'redis.reachable',
  ]),
  found(35, 'extraValues override the file: one replica, debug logs, no probes', [
    'config.replicas',
    'config.debug-logs',
    'config.probes',
  ]),
  found(36, 'connection refused in every container: a data service named by a loopback address', ['names.loopback']),
  found(37, "apps fetch cloud metadata: the rules of the chart's proxy were replaced", ['names.ssrf-proxy']),
  found(38, 'image not found: a version that was never released, or that the chart does not support', [
    'config.renders',
  ]),
  found(39, 'nothing to restore from: a backup is planned, but no job makes it', ['recovery.rpo']),
  found(40, 'plugins do not install behind a mirror: uv.lock names its own addresses', ['config.plugin-install']),
  found(41, 'the checks probe one database, but Dify uses another', ['config.addresses']),
  found(42, 'a healthy master is replaced: a single sentinel reaches the quorum', ['redis.sentinels']),
  found(43, 'the host was taken over: a web image below 1.10.1-fix.1', ['release.known-faults']),
  found(44, 'a failover loses hours: the standby receives WAL but does not replay it', ['postgres.replication']),
];

/** Whether it can be seen before anything is installed. */
export function isDetectable({ before }: Failure): boolean {
  return before.length > 0;
}
