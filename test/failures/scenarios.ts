import { chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import type { HealthyStores } from '../support/healthy-stores.ts';
import { until } from '../support/recorder.ts';
import type { Cluster } from '../testbed/cluster/cluster.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startFakeHttp } from '../testbed/services/fake-http.ts';
import { startListener } from '../testbed/services/listener.ts';
import { startNameServer } from '../testbed/services/name-server.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { postgres18 } from '../testbed/services/postgres-installation.ts';
import { startRedis } from '../testbed/services/redis.ts';

/** Healthy deployments on real services, and the folder of the one that has everything bundled. */
export interface Environment {
  readonly stores: HealthyStores;
  readonly cluster: Cluster;
  readonly kubernetes: JsonObject;
  readonly compose: JsonObject;
  readonly bundled: JsonObject;
  readonly bundledFolder: string;
}

/** What has happened: the file to be judged, variables that it refers to, and the way back. */
interface Happened {
  readonly file: JsonObject;
  readonly env?: Readonly<Record<string, string>>;
  /** A file that replaces the machine's own /etc/resolv.conf. */
  readonly resolvConf?: string;
  readonly mend?: () => Promise<unknown>;
}

/** One failure of the catalogue, made to happen. */
interface Scenario {
  readonly number: number;
  readonly how: string;
  readonly happen: (world: Environment) => Promise<Happened>;
  /** `id status`, or `validate: path`. */
  readonly finding: string;
  /** The text of the next step; absent for a refused file, whose problems contain it. */
  readonly remedy?: RegExp;
}

type Make = (world: Environment) => Promise<Happened> | Happened;

const on = (number: number, how: string, finding: string, remedy: RegExp | undefined, make: Make): Scenario => ({
  number,
  how,
  finding,
  happen: async (world) => make(world),
  ...(remedy === undefined ? {} : { remedy }),
});
const changed = (file: JsonObject, changes: JsonObject): JsonObject => deepMerge(file, changes) as JsonObject;
const extraEnv = (component: string, variables: Readonly<Record<string, string>>): JsonObject => ({
  components: { [component]: { extraEnv: variables } },
});

/** A folder of the bundled deployment, as an earlier installation left it. */
async function left({ bundledFolder }: Environment, path: string, files: Readonly<Record<string, string>>) {
  const folder = join(bundledFolder, path);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return { folder, mend: () => rm(bundledFolder, { recursive: true, force: true }) };
}

/** PostgreSQL alone replaced by another server; the roles and databases that Dify needs are there. */
async function otherPostgres(compose: JsonObject, from?: typeof postgres18): Promise<Happened> {
  const server = await startPostgres({ databases: ['dify', 'dify_plugin'], ...(from && { from }) });
  const { host, port, username, password } = server;
  const postgres = { ...(compose.postgres as JsonObject), host, port, username, tls: { mode: 'disable' } };
  return { file: { ...compose, postgres }, env: { DIFY_PG_PASSWORD: password }, mend: () => server.stop() };
}

const STORE_SCENARIOS: readonly Scenario[] = [
  on(2, 'a server that says version 1.24', 'vector-store.version fail', /1\.25, 1\.26 and 1\.27/, oldWeaviate),
  on(3, 'a server two minor versions behind what the client needs', 'vector-store.version fail', /1\.25/, oldWeaviate),
  on(4, 'grpcUrl names a closed port', 'vector-store.grpc fail', /./, ({ compose, stores }) => ({
    file: changed(compose, { vectorStore: { weaviate: { grpcUrl: `${stores.weaviate.host}:9` } } }),
  })),
  on(5, 'a master name that no sentinel knows', 'redis.master fail', /SENTINEL/i, ({ compose }) => ({
    file: changed(compose, { redis: { sentinel: { master: 'another' } } }),
  })),
  on(5, "the sentinels' password in the place of the server's", 'redis.login fail', /redis-cli/, ({ compose }) => ({
    file: changed(compose, { redis: { password: { env: 'DIFY_SENTINEL_PASSWORD' } } }),
  })),
  on(6, 'a server that runs as a node of a cluster', 'redis.cluster-mode fail', /./, async ({ compose }) => {
    const server = await startRedis({ settings: { 'cluster-enabled': 'yes' } });
    const { host, port } = server;
    const redis = { mode: 'external', topology: 'standalone', host, port, password: { env: 'DIFY_REDIS_PASSWORD' } };
    return { file: { ...compose, redis }, env: { DIFY_REDIS_PASSWORD: server.password }, mend: () => server.stop() };
  }),
  on(8, 'a password with a space and a backslash', 'config.password-forms fail', /letters, digits/, async (world) => {
    const password = 'one two \\ three';
    await world.stores.postgres.query(`ALTER ROLE dify PASSWORD '${password}'`);
    const mend = () => world.stores.postgres.query(`ALTER ROLE dify PASSWORD '${world.stores.postgres.password}'`);
    return { file: world.compose, env: { DIFY_PG_PASSWORD: password }, mend };
  }),
  on(9, 'a role that may open 20 connections', 'postgres.connections fail', /./, async ({ compose, stores }) => {
    await stores.postgres.query('ALTER ROLE dify CONNECTION LIMIT 20');
    return { file: compose, mend: () => stores.postgres.query('ALTER ROLE dify CONNECTION LIMIT -1') };
  }),
  on(
    10,
    'no database of the plugin daemon, and a role that may make none',
    'postgres.databases fail',
    /CREATE/,
    ({ compose }) => ({
      file: changed(compose, { postgres: { databases: { plugin: 'dify_plugins' } } }),
    }),
  ),
  on(23, 'a server of PostgreSQL 18', 'postgres.version fail', /./, ({ compose }) =>
    otherPostgres(compose, postgres18),
  ),
  on(
    29,
    'virtual hosts below a name that has none',
    'object-storage.address-style fail',
    /names of the buckets|path/,
    ({ compose, stores }) => {
      const endpoint = `https://localhost:${stores.front.port}`;
      return { file: changed(compose, { objectStorage: { s3: { endpoint, addressStyle: 'virtual' } } }) };
    },
  ),
  on(30, 'a Redis that cannot write its file', 'redis.writes fail', /./, ({ compose }) => unsaved(compose)),
];

const FILE_SCENARIOS: readonly Scenario[] = [
  on(14, 'uploads of 500 MB allowed, nginx allows less', 'names.body-size fail', /UPLOAD/, ({ compose }) => ({
    file: changed(compose, extraEnv('api', { UPLOAD_FILE_SIZE_LIMIT: '500' })),
  })),
  on(16, 'a variable that should open the guard and does not', 'names.ssrf-proxy warn', /proxy/, ({ compose }) => ({
    file: changed(compose, extraEnv('ssrfProxy', { SSRF_PROXY_ALLOW_PRIVATE_IPS: '10.0.0.0/8' })),
  })),
  on(17, 'console and API on two sites', 'names.same-site fail', /./, ({ compose }) => ({
    file: changed(compose, extraEnv('api', { CONSOLE_WEB_URL: 'https://console.dify.example' })),
  })),
  on(18, "the API's public address is a container", 'names.hosts fail', /public address/, ({ compose }) => ({
    file: changed(compose, extraEnv('web', { CONSOLE_API_URL: 'https://api:5001' })),
  })),
  on(19, 'a slash at the end of the address of files', 'validate: urls.files', undefined, ({ compose }) => ({
    file: changed(compose, { urls: { files: 'https://dify.example.test/' } }),
  })),
  on(
    26,
    'a mirror of packages where nothing listens',
    'names.egress warn',
    /^run in the network of the .*: curl -sSI http:/,
    ({ compose }) => ({
      file: changed(compose, extraEnv('pluginDaemon', { PIP_MIRROR_URL: 'http://127.0.0.1:9/simple' })),
    }),
  ),
  on(
    32,
    "the API's key to the plugin daemon replaced on its side alone",
    'config.secret-pairs fail',
    /./,
    ({ compose }) => ({
      file: changed(compose, extraEnv('api', { PLUGIN_DAEMON_KEY: 'of-one-side-alone' })),
    }),
  ),
  on(20, 'no worker', 'validate: components.worker.enabled', undefined, ({ compose }) => ({
    file: changed(compose, { components: { worker: { enabled: false } } }),
  })),
  on(21, 'two beats', 'validate: components.beat.replicas', undefined, ({ compose }) => ({
    file: changed(compose, { components: { beat: { replicas: 2 } } }),
  })),
  on(21, 'no beat', 'validate: components.beat.enabled', undefined, ({ compose }) => ({
    file: changed(compose, { components: { beat: { enabled: false } } }),
  })),
];

const PLACE_SCENARIOS: readonly Scenario[] = [
  on(
    1,
    'files of root in a folder that was given away once',
    'host.storage-owner fail',
    /^chown -R 1001:1001/,
    async (world) => {
      const { folder, mend } = await left(world, 'volumes/app/storage', { '.init_permissions': '', 'private.pem': '' });
      await chown(folder, 0, 0);
      return { file: world.bundled, mend };
    },
  ),
  on(
    11,
    'another password than the one the data was made with',
    'host.postgres-data fail',
    /password/,
    async (world) => {
      await left(world, 'volumes/db/data/pgdata', { PG_VERSION: '15\n' });
      const { mend } = await left(world, '', { '.env': 'DIFY_SECRET_POSTGRES_PASSWORD=made-with-this-one\n' });
      const postgres = { mode: 'bundled', password: { env: 'ANOTHER_PASSWORD' } };
      return { file: { ...world.bundled, postgres }, env: { ANOTHER_PASSWORD: 'and-now-another-one' }, mend };
    },
  ),
  on(12, 'data of PostgreSQL 12', 'host.postgres-data fail', /dump it with PostgreSQL 12/, async (world) => {
    const { mend } = await left(world, 'volumes/db/data/pgdata', { PG_VERSION: '12\n' });
    return { file: world.bundled, mend };
  }),
  on(13, "another machine has a service's name", 'host.search-domains warn', /--dns-search/, async ({ compose }) => {
    const { resolvConf, stop } = await startNameServer('corp.test', {
      'redis.corp.test': '127.0.0.9',
      'api.corp.test': '127.0.0.9',
    });
    return { file: compose, resolvConf, mend: stop };
  }),
  on(25, 'Compose 2.23.3', 'tools.compose fail', /2\.35\.0 or newer/, async ({ compose }) => {
    const config = await mkdtemp(join(tmpdir(), 'difyctl-old-compose-'));
    await mkdir(join(config, 'cli-plugins'));
    await symlink((await ensure(['compose-old']))['compose-old'], join(config, 'cli-plugins', 'docker-compose'));
    return { file: compose, env: { DOCKER_CONFIG: config }, mend: () => rm(config, { recursive: true }) };
  }),
  on(24, 'somebody listens on the port', 'host.ports fail', /./, async ({ compose }) => {
    const listener = await startListener({ bind: '0.0.0.0' });
    const target = { ...(compose.target as JsonObject), httpPort: listener.port };
    return { file: { ...compose, target }, mend: () => listener.stop() };
  }),
  on(27, "Docker made a folder where the sandbox's configuration goes", 'host.files fail', /^rmdir/, async (world) => {
    const { mend } = await left(world, 'volumes/sandbox/conf/config.yaml', {});
    return { file: world.bundled, mend };
  }),
  on(28, 'volumes of an installation whose .env is gone', 'config.secrets fail', /./, async (world) => {
    const { mend } = await left(world, 'volumes/db/data/pgdata', { PG_VERSION: '15\n' });
    return { file: world.bundled, mend };
  }),
  on(22, 'a newer Dify runs in the namespace', 'release.version fail', /set version: 1\.17\.0/, (world) =>
    installed(world, '1.17.0'),
  ),
  on(31, 'Dify 0.15 runs in the namespace', 'release.version warn', /flask migrate-data-for-plugin/, (world) =>
    installed(world, '0.15.3'),
  ),
  on(43, 'Dify 1.10.0 runs in the namespace', 'release.known-faults warn', /every secret/, (world) =>
    installed(world, '1.10.0'),
  ),
  on(34, 'files on a class that no node can share', 'cluster.storage.read-write-many fail', /./, ({ kubernetes }) => ({
    file: changed({ ...kubernetes, objectStorage: { provider: 'local' } }, { target: { storageClass: 'standard' } }),
  })),
];

const OF_CHART: readonly (readonly [how: string, finding: string, extraValues: JsonObject])[] = [
  ['one replica in the words of the chart', 'config.replicas fail', { api: { replicas: 1 } }],
  ['debug logs in the words of the chart', 'config.debug-logs fail', { worker: { logLevel: 'DEBUG' } }],
  [
    'a probe switched off in the words of the chart',
    'config.probes fail',
    { web: { readinessProbe: { enabled: false } } },
  ],
];

/** Findings of trials of difyctl: the file differs from the rendered set or from the running installation. */
const VERDICT_SCENARIOS: readonly Scenario[] = [
  ...OF_CHART.map(([how, finding, extraValues]) =>
    on(35, how, finding, /./, ({ kubernetes }) => ({ file: changed(kubernetes, { extraValues }) })),
  ),
  on(36, 'stores on loopback, and nobody accepts it', 'names.loopback fail', /network interface/, ({ kubernetes }) => ({
    file: { ...kubernetes, acceptedRisks: [] },
  })),
  on(37, 'another volume in the place of the rules', 'names.ssrf-proxy warn', /extraVolumes/, ({ kubernetes }) => ({
    file: changed(kubernetes, {
      extraValues: { ssrfProxy: { extraVolumes: [{ name: 'difyctl-ssrf-rules', emptyDir: {} }] } },
    }),
  })),
  ...(['kubernetes', 'compose'] as const).map((target) =>
    on(38, `Dify 1.9.1 on ${target}`, 'config.renders fail', undefined, (world) => ({
      file: changed(world[target], { version: '1.9.1' }),
    })),
  ),
  on(39, 'a dump in the plan alone', 'recovery.rpo warn', /schedule these copies/, ({ kubernetes }) => ({
    file: changed(kubernetes, {
      recovery: { rpo: '25h', postgres: { method: 'dump', interval: '12h', duration: '1h' } },
    }),
  })),
  on(
    40,
    'a mirror without PLUGIN_IGNORE_UV_LOCK',
    'config.plugin-install warn',
    /PLUGIN_IGNORE_UV_LOCK/,
    ({ compose }) => ({
      file: changed(compose, extraEnv('pluginDaemon', { PIP_MIRROR_URL: 'http://127.0.0.1:9/simple' })),
    }),
  ),
  on(41, 'another database by extraEnv of the worker', 'config.addresses fail', /own section/, ({ compose }) => ({
    file: changed(compose, extraEnv('worker', { DB_HOST: 'pg.elsewhere.example' })),
  })),
  on(42, 'a quorum of one', 'redis.sentinels warn', /quorum 2/, async ({ compose, stores: { redis } }) => {
    const set = (quorum: string) =>
      Promise.all(redis.sentinels.map((at) => redis.command(at, 'SENTINEL', 'SET', redis.master, 'quorum', quorum)));
    await set('1');
    return { file: compose, mend: () => set('2') };
  }),
  on(44, 'replay is paused on the standby', 'postgres.replication warn', /pg_wal_replay_resume/, idleStandby),
];

/** Every scenario, by the order in which they are made to happen. */
export const SCENARIOS = [...FILE_SCENARIOS, ...STORE_SCENARIOS, ...PLACE_SCENARIOS, ...VERDICT_SCENARIOS];

/** Dify's api of another version is installed in the place of the deployment. */
async function installed({ kubernetes, cluster }: Environment, version: string): Promise<Happened> {
  const labels = { 'app.kubernetes.io/instance': String(kubernetes.name), component: 'api' };
  const containers = [{ name: 'api', image: `langgenius/dify-api:${version}` }];
  await cluster.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'dify-api', namespace: 'dify', labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
  await cluster.kubectl(['-n', 'dify', 'rollout', 'status', 'deployment/dify-api', '--timeout=60s']);
  const mend = () => cluster.kubectl(['-n', 'dify', 'delete', 'deployment', 'dify-api', '--cascade=foreground']);
  return { file: kubernetes, mend };
}

/** A standby that receives WAL and does not replay it; Dify's role may read its state. */
async function idleStandby({ compose, stores: { postgres } }: Environment): Promise<Happened> {
  await postgres.query('GRANT pg_monitor TO dify');
  await postgres.standby?.query('SELECT pg_wal_replay_pause()');
  const mend = async () => {
    await postgres.standby?.query('SELECT pg_wal_replay_resume()');
    await postgres.query('REVOKE pg_monitor FROM dify');
  };
  return { file: compose, mend };
}

/** No registry has such an old Weaviate, so a fake reports its version. */
async function oldWeaviate({ compose, stores }: Environment): Promise<Happened> {
  const server = await startFakeHttp(({ path, method }) => {
    if (path === '/v1/meta') return { json: { version: '1.24.9' } };
    if (path === '/v1/nodes') return { json: { nodes: ['a', 'b'].map((name) => ({ name, status: 'HEALTHY' })) } };
    return { json: method === 'GET' ? { classes: [] } : { replicationConfig: { factor: 2 } } };
  });
  const grpcUrl = `${stores.weaviate.host}:${stores.weaviate.grpcPort}`;
  return {
    file: changed(compose, { vectorStore: { weaviate: { url: server.url, grpcUrl } } }),
    mend: () => server.stop(),
  };
}

/**
 * Replaces the file that the server saves to by a folder, as on a full disk: the server then refuses writes (MISCONF).
 */
async function unsaved(compose: JsonObject): Promise<Happened> {
  const server = await startRedis({ settings: { save: '3600 1' } });
  const { host, port, password } = server;
  const setting = async (name: string) => (await server.command('CONFIG', 'GET', name)).split('\n')[1] ?? '';
  const file = join(await setting('dir'), await setting('dbfilename'));
  await rm(file, { force: true });
  await mkdir(file);
  await server.command('BGSAVE');
  await until(async () => {
    const info = await server.command('INFO', 'persistence');
    return info.includes('rdb_last_bgsave_status:err') ? true : undefined;
  });
  const redis = { mode: 'external', topology: 'standalone', host, port, password: { env: 'DIFY_REDIS_PASSWORD' } };
  // A server that cannot save refuses to end.
  const mend = () => rm(file, { recursive: true }).then(() => server.stop());
  return { file: { ...compose, redis }, env: { DIFY_REDIS_PASSWORD: password }, mend };
}
