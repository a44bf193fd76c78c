import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { CheckReport } from '../../src/checks/check.ts';
import { CHART } from '../support/chart.ts';
import { type ComposeFixture, createComposeFixture, formsOf } from '../support/compose-fixture.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture, SECRETS } from '../support/kubernetes-fixture.ts';
import { limitedUser } from '../testbed/cluster/access.ts';
import { useDockerHost } from '../testbed/docker/fixture.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { makeCertificate } from '../testbed/services/tls.ts';

const report = ({ stdout }: Outcome): CheckReport => JSON.parse(stdout) as CheckReport;

/** `fail config.tls` of every finding, sorted. */
const findings = (outcome: Outcome): readonly string[] =>
  report(outcome)
    .checks.filter(({ status }) => status === 'fail' || status === 'warn' || status === 'unknown')
    .map(({ status, id }) => `${status} ${id}`)
    .toSorted();

const observed = (outcome: Outcome, id: string): string =>
  report(outcome).checks.find((check) => check.id === id)?.observed ?? '';

/** Published secrets of upstream, which no report may repeat. */
const PUBLISHED_TEXTS = [
  'difyai123456',
  'sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U',
  'QaHbTe77CtuXmsfyhR7',
  'lYkiYYT6owG',
  'WVF5YThaHlkYwhGUSmCRgsX3tD5ngdN8pkih',
];

const withoutStatus = ({ status, ...object }: { readonly status?: unknown }): string => {
  const ofControllers = (key: string): boolean =>
    ['resourceVersion', 'managedFields', 'volumeName'].includes(key) || /^(?!app\.)[a-z]+\.kubernetes\.io\//.test(key);
  return JSON.stringify(object, (key, value: unknown) =>
    status !== undefined && ofControllers(key) ? undefined : value,
  );
};

describe('of a cluster', () => {
  const testbed = useCluster({ nodes: '6x8C32G', zones: 3 });
  let plain: KubernetesFixture;
  let hardened: KubernetesFixture;
  let place: TempWorkspace;
  const kubectl = (...args: readonly string[]) => testbed.cluster.kubectl(args);

  beforeAll(async () => {
    plain = await createKubernetesFixture(testbed.cluster, 'plain');
    place = await plain.workplace();
    const helm = join(await testbed.cluster.binFolder(4), 'helm');
    const env = { KUBECONFIG: testbed.cluster.kubeconfig };
    await execa(helm, ['install', 'dify', CHART, '-n', 'plain', '--create-namespace'], { env, stdin: 'ignore' });
    hardened = await createKubernetesFixture(testbed.cluster, 'hardened');
    await kubectl('-n', 'plain', 'wait', '--for=jsonpath={.status.replicas}=1', 'deployment', '--all', '--timeout=60s');
  });
  afterAll(async () => {
    await Promise.all([plain?.end(), hardened?.end()]);
  });

  /**
   * What an audit could change, an object per line, with its resource version. Of an object with a status, controllers
   * write the status, annotations of their own and the volume of a claim at any time, so that its text is taken without
   * these and without the version. Pods are left out.
   */
  const contents = async (namespace: string): Promise<string> => {
    const kinds = 'deploy,sts,svc,cm,secret,pvc,pdb,hpa,ingress,sa,lease,job';
    const list = await kubectl('get', kinds, '-n', namespace, '-o', 'json');
    return (JSON.parse(list) as { items: { status?: unknown }[] }).items.map(withoutStatus).join('\n');
  };

  test('the chart’s defaults by plain helm: every weakness is named, and nothing is changed', async () => {
    const before = await contents('plain');
    await plain.recorder.clear();
    const audit = await place.run('audit', '--release', 'dify', '--namespace', 'plain', '-o', 'json');
    expect(audit.code, audit.stderr).toBe(5);
    expect(findings(audit)).toEqual([
      'fail config.empty-keys',
      'fail config.external-data-services',
      'fail config.local-storage',
      'fail config.pinned-images',
      'fail config.published-secrets',
      'fail config.replicas',
      'fail config.tls',
      'fail names.ssrf-proxy',
      'fail recovery.backups',
      'fail vector-store.single-point-of-failure',
      'warn config.budgets',
      'warn config.network-policies',
      'warn config.plugin-database',
      'warn config.probes',
      'warn config.resources',
      'warn config.service-account-tokens',
    ]);
    expect(report(audit)).toMatchObject({
      kind: 'CheckReport',
      phase: 'audit',
      deployment: 'dify',
      tier: 'prod',
      target: 'kubernetes',
      audit: { grade: 'F', score: 16 },
    });
    expect(observed(audit, 'config.pinned-images')).toContain('nginx:latest of dify-proxy');
    expect(observed(audit, 'config.published-secrets')).toContain('SECRET_KEY of ');

    expect(await contents('plain')).toBe(before);
    const calls = await plain.recorder.calls();
    expect([...new Set(calls.map(({ program, args }) => `${program} ${verbOf(args)}`))].toSorted()).toEqual([
      'helm get',
      'kubectl proxy',
    ]);
    expect(PUBLISHED_TEXTS.filter((text) => audit.stdout.includes(text) || audit.stderr.includes(text))).toEqual([]);
  });

  test('a release that difyctl hardened: no failure, and the same by its file and by its name', async () => {
    const own = await hardened.workplace();
    const installed = await own.run('install', '--yes');
    expect(installed.code, installed.stderr).toBe(0);
    const before = await contents('hardened');
    const byFile = await own.run('audit', '-o', 'json');
    expect(byFile.code, byFile.stdout).toBe(0);
    // What no chart value sets.
    const open = ['warn config.service-account-tokens'];
    expect(findings(byFile).filter((one) => !open.includes(one))).toEqual([]);
    const byName = await own.run('audit', '--release', 'dify', '--namespace', 'hardened', '-o', 'json');
    expect(findings(byName)).toEqual(findings(byFile));
    expect(['A', 'B']).toContain(report(byName).audit?.grade);
    expect(await contents('hardened')).toBe(before);
    const shown = `${byFile.stdout}${byFile.stderr}${byName.stdout}`;
    for (const form of Object.values(SECRETS).flatMap(formsOf)) expect(shown.includes(form), form).toBe(false);
  });

  test('without flags and without a file, the installations are listed with the flags that choose one', async () => {
    const several = await place.run('audit', '-c', join(place.folder, 'difyctl.yaml'), '--namespace', 'plain');
    expect(several.code, several.stderr).toBe(5);
    await rm(join(place.folder, 'difyctl.yaml'));
    const listed = await place.run('audit');
    expect(listed.code).toBe(2);
    expect(listed.stderr).toContain('release dify in namespace hardened, release dify in namespace plain');
    expect(listed.stderr).toContain('difyctl audit --release dify --namespace hardened');
    const nothing = await place.run('audit', '--release', 'dify', '--namespace', 'nowhere');
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('has no workloads of release dify')]);
  });

  test('a user who may only get and list is enough; without Secrets, their checks are unknown', async () => {
    const rules = (resources: readonly string[]) => [{ apiGroups: ['*'], resources, verbs: ['get', 'list'] }];
    const all = ['*'];
    const withoutSecrets = [
      ...['deployments', 'statefulsets', 'daemonsets', 'pods', 'services', 'configmaps', 'persistentvolumeclaims'],
      ...['horizontalpodautoscalers', 'poddisruptionbudgets', 'networkpolicies', 'ingresses', 'httproutes', 'cronjobs'],
    ];
    const nodes = [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }];
    const auditAs = async (name: string, resources: readonly string[]): Promise<Outcome> => {
      const user = { name, namespace: 'plain', rules: rules(resources), clusterRules: nodes };
      const kubeconfig = await limitedUser(testbed.cluster, user);
      const flags = ['--release', 'dify', '--namespace', 'plain', '--kubeconfig', kubeconfig, '-o', 'json'];
      return place.run('audit', ...flags);
    };
    const full = await auditAs('reader', all);
    expect(findings(full).filter((one) => one.startsWith('unknown'))).toEqual([]);
    const blind = await auditAs('blind', withoutSecrets);
    expect(findings(blind).filter((one) => one.startsWith('unknown'))).toEqual([
      'unknown app.drift',
      'unknown config.empty-keys',
      'unknown config.published-secrets',
      'unknown config.secret-pairs',
      'unknown redis.password',
      'unknown release.state',
    ]);
    expect(report(blind).checks.find(({ id }) => id === 'config.secret-pairs')?.message).toBe(
      'not observed: get secrets in namespace plain',
    );
  });
});

/** The first word of a command line that is no option. */
function verbOf(args: readonly string[]): string {
  return (
    args.find((arg, at) => !arg.startsWith('-') && !['--context', '--kubeconfig', '-n'].includes(args[at - 1] ?? '')) ??
    ''
  );
}

/** One image stands for all: containers are created and never started. */
const IMAGE = 'busybox:1.37.0';

describe('of a Docker engine', () => {
  const testbed = useDockerHost([IMAGE]);
  let folder: string;
  let scene: ComposeFixture;
  let place: TempWorkspace;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'difyctl-audit-'));
    const { certFile, keyFile } = await makeCertificate(folder, ['dify.example.com']);
    scene = await createComposeFixture(testbed.docker, {
      file: ({ directory, httpPort, httpsPort }) =>
        hardenedFile({ directory, httpPort, httpsPort, tls: { certFile, keyFile } }),
      env: SECRETS,
    });
    place = await scene.workplace();
  });
  afterAll(async () => {
    await scene?.end();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Creates the containers of a project from its files, with the one image under each name. */
  async function create(project: string, ...files: readonly string[]): Promise<void> {
    const compose = ['compose', '--project-name', project, ...files];
    const images = (await scene.docker(...compose, 'config', '--images')).split('\n').filter((image) => image !== '');
    for (const image of new Set(images)) if (image !== IMAGE) await scene.docker('tag', IMAGE, image);
    await scene.docker(...compose, 'create', '--pull', 'never');
  }

  const states = (): Promise<string> =>
    scene.docker('ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.State}} {{.Names}}');

  test('upstream’s defaults: every weakness is named, and nothing is changed', async () => {
    await writeFile(join(folder, 'upstream.yaml'), stringify(UPSTREAM));
    await create('upstream', '--file', join(folder, 'upstream.yaml'));
    const before = await states();
    await scene.recorder.clear();
    const audit = await place.run('audit', '--project', 'upstream', '-o', 'json');
    expect(audit.code, audit.stderr).toBe(5);
    expect(findings(audit)).toEqual([
      'fail config.external-data-services',
      'fail config.local-storage',
      'fail config.pinned-images',
      'fail config.published-ports',
      'fail config.published-secrets',
      'fail config.replicas',
      'fail config.tls',
      'fail recovery.backups',
      'fail vector-store.single-point-of-failure',
      'warn config.probes',
      'warn config.resources',
      'warn redis.persistence',
      'warn release.companions',
    ]);
    expect(observed(audit, 'config.published-ports')).toBe(
      'plugin_daemon at 0.0.0.0:5003 (remote debugging of plugins)',
    );
    expect(observed(audit, 'release.companions')).toBe('Weaviate 1.19.0 in weaviate (1.27.0 or newer is needed)');
    expect(await states()).toBe(before);
    const calls = await scene.recorder.calls();
    expect(
      [...new Set(calls.map(({ args }) => args.slice(0, args[0] === 'network' ? 2 : 1).join(' ')))].toSorted(),
    ).toEqual(['inspect', 'network ls', 'ps']);
    expect(PUBLISHED_TEXTS.filter((text) => audit.stdout.includes(text))).toEqual([]);
  });

  test('a project that difyctl hardened: no failure', async () => {
    const out = join(folder, 'rendered');
    const rendered = await place.run('render', '--out', out);
    expect(rendered.code, rendered.stderr).toBe(0);
    await create(
      'dify',
      '--project-directory',
      out,
      '--file',
      join(out, 'compose.yaml'),
      '--env-file',
      join(out, '.env'),
    );
    const audit = await place.run('audit', '--project', 'dify', '-o', 'json');
    expect(findings(audit)).toEqual([]);
    expect(audit.code).toBe(0);
    expect(report(audit).audit).toEqual({ grade: 'A', score: 100, worst: [], changes: [] });
    for (const form of Object.values(SECRETS).flatMap(formsOf)) expect(audit.stdout.includes(form), form).toBe(false);
  });
});

interface ComposePlace {
  readonly directory: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string };
}

/** A production on one machine. Nothing connects to its services: it is rendered only. */
function hardenedFile(place: ComposePlace): object {
  const url = `https://dify.example.com:${place.httpsPort}`;
  const s3 = { accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } };
  return {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: { type: 'compose', ...place },
    urls: { console: url, api: url, app: url, files: url },
    postgres: { mode: 'external', host: 'pg.example.internal', password: { env: 'DIFY_PG_PASSWORD' } },
    redis: { mode: 'external', host: 'redis.example.internal', password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: { provider: 's3', s3: { endpoint: 'https://s3.example.internal', bucket: 'dify', ...s3 } },
    vectorStore: {
      mode: 'external',
      provider: 'qdrant',
      qdrant: { url: 'https://qdrant.example.internal:6333', apiKey: { env: 'DIFY_QDRANT_API_KEY' } },
    },
  };
}

const PUBLISHED = 'difyai123456';
const SHARED = {
  LOG_LEVEL: 'INFO',
  SECRET_KEY: 'sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U',
  DB_HOST: 'db_postgres',
  DB_DATABASE: 'dify',
  DB_PASSWORD: PUBLISHED,
  REDIS_PASSWORD: PUBLISHED,
  CELERY_BROKER_URL: `redis://:${PUBLISHED}@redis:6379/1`,
  STORAGE_TYPE: 'opendal',
  OPENDAL_SCHEME: 'fs',
  MIGRATION_ENABLED: 'true',
  CONSOLE_WEB_URL: '',
  SSRF_PROXY_HTTP_URL: 'http://ssrf_proxy:3128',
  SSRF_PROXY_HTTPS_URL: 'http://ssrf_proxy:3128',
  CODE_EXECUTION_API_KEY: 'dify-sandbox',
  PLUGIN_DAEMON_KEY: 'lYkiYYT6owG+71oLerGzA7GXCgOT++6ovaezWAjpCjf+Sjc3ZtU+qUEi',
  INNER_API_KEY_FOR_PLUGIN: 'QaHbTe77CtuXmsfyhR7+vRjI/+XbV1AaFy691iy+kGDv2Jvy0/eAh8Y1',
};
const dify = (mode: string) => ({
  image: 'langgenius/dify-api:1.13.3',
  restart: 'always',
  environment: { ...SHARED, MODE: mode },
  networks: ['ssrf_proxy_network', 'default'],
});

/** The services of upstream's Compose file of 1.13, as its documentation describes them, with an older Weaviate. */
const UPSTREAM = {
  services: {
    api: dify('api'),
    worker: dify('worker'),
    worker_beat: dify('beat'),
    web: { image: 'langgenius/dify-web:1.13.3', restart: 'always', environment: { APP_API_URL: '' } },
    db_postgres: { image: 'postgres:15-alpine', restart: 'always', environment: { POSTGRES_PASSWORD: PUBLISHED } },
    redis: { image: 'redis:6-alpine', restart: 'always', command: `redis-server --requirepass ${PUBLISHED}` },
    sandbox: {
      image: 'langgenius/dify-sandbox:0.2.14',
      restart: 'always',
      environment: {
        API_KEY: 'dify-sandbox',
        HTTP_PROXY: 'http://ssrf_proxy:3128',
        HTTPS_PROXY: 'http://ssrf_proxy:3128',
      },
      networks: ['ssrf_proxy_network'],
    },
    plugin_daemon: {
      image: 'langgenius/dify-plugin-daemon:0.5.3-local',
      restart: 'always',
      environment: {
        DB_HOST: 'db_postgres',
        DB_DATABASE: 'dify_plugin',
        DB_PASSWORD: PUBLISHED,
        SERVER_KEY: SHARED.PLUGIN_DAEMON_KEY,
        DIFY_INNER_API_KEY: SHARED.INNER_API_KEY_FOR_PLUGIN,
        PLUGIN_STORAGE_TYPE: 'local',
      },
      ports: ['5003:5003'],
    },
    ssrf_proxy: { image: 'ubuntu/squid:latest', restart: 'always', networks: ['ssrf_proxy_network', 'default'] },
    nginx: {
      image: 'nginx:latest',
      restart: 'always',
      environment: { NGINX_HTTPS_ENABLED: 'false' },
      ports: ['8080:80', '8443:443'],
    },
    weaviate: {
      image: 'semitechnologies/weaviate:1.19.0',
      restart: 'always',
      environment: { AUTHENTICATION_APIKEY_ALLOWED_KEYS: 'WVF5YThaHlkYwhGUSmCRgsX3tD5ngdN8pkih' },
    },
  },
  networks: { ssrf_proxy_network: { driver: 'bridge', internal: true }, default: {} },
};
