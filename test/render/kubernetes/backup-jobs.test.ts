import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../../src/base/json.ts';
import { parseDeployment } from '../../../src/deployment/load.ts';
import { requiredSecrets } from '../../../src/deployment/required-secrets.ts';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import { renderKubernetes } from '../../../src/render/kubernetes/render.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../../src/render/rendered.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../../support/deployments.ts';
import { expectGolden } from '../../support/golden.ts';
import { fakeSecrets } from '../../support/secrets.ts';
import { fixtureFacts } from './support/charts.ts';
import { FILES, KUBERNETES_SAMPLES, rendered } from './support/rendering.ts';

const PROD: JsonObject = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const BACKUP = {
  repository: 's3:https://s3.example.com/dify-backup',
  interval: '6h',
  image: 'registry.example.com/ops/difyctl@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0',
  password: { env: 'DIFY_BACKUP_PASSWORD' },
  caFile: './backup-ca.pem',
  s3: { accessKey: { env: 'BACKUP_ACCESS_KEY' }, secretKey: { file: './backup-secret-key' } },
  recipients: [`age1${'q'.repeat(58)}`],
};
const KINDS = ['CronJob', 'ServiceAccount', 'Role', 'RoleBinding', 'NetworkPolicy'];

function scheduled(over: JsonObject = {}, backup: JsonObject = {}): Deployment {
  const recovery = { ...(PROD.recovery as JsonObject), backup: { ...BACKUP, ...backup } };
  return parsedDeployment({ ...PROD, recovery, ...over });
}

function set(deployment: Deployment): RenderedKubernetes {
  const files = new Map([...FILES, ['./backup-ca.pem', 'a certificate']]);
  return renderKubernetes(deployment, fakeSecrets(deployment), fixtureFacts(), files);
}

const of = ({ manifests }: RenderedKubernetes, kind: string): readonly KubernetesObject[] =>
  manifests.filter((one) => one.kind === kind);

/** difyctl.yaml in the ConfigMap of the pods. */
function fileOf(one: RenderedKubernetes): string {
  const { data } = of(one, 'ConfigMap')[0] as unknown as { data: { 'difyctl.yaml': string } };
  return data['difyctl.yaml'];
}

/** The options of the command in the pod of a CronJob, after `--config FILE`. */
function setsOf(job: KubernetesObject | undefined): readonly string[] {
  const spec = job?.spec as unknown as {
    jobTemplate: { spec: { template: { spec: { containers: { command: string[] }[] } } } };
  };
  const command = spec.jobTemplate.spec.template.spec.containers[0]?.command ?? [];
  return command.filter((_, index) => command[index - 1] === '--set');
}

test('the objects of scheduled backups equal their golden folder', async () => {
  const target = { ...(PROD.target as JsonObject), networkPolicy: { enabled: true } };
  const own = set(scheduled({ target })).files.filter(({ path }) => /-(backup|verify|prune|drill)\.yaml$/.test(path));
  await expectGolden(join(import.meta.dirname, 'golden-backup'), own);
});

test.each(KUBERNETES_SAMPLES)('%s has none without an interval', (name) => {
  const kinds = rendered(sampleDeployment(name)).manifests.map(({ kind }) => kind);
  expect(kinds.filter((kind) => KINDS.slice(0, 4).includes(kind))).toEqual([]);
});

describe('the command in a pod', () => {
  const deployment = scheduled();
  const one = set(deployment);
  const text = fileOf(one);
  const jobs = of(one, 'CronJob');

  test('the file is the deployment, with the references of the operator', () => {
    expect(parseDeployment(text, { source: 'difyctl.yaml' }).deployment).toEqual(deployment);
  });

  test.each(jobs.map((job) => [job.metadata.name, job] as const))('%s reads each secret from a file', (_, job) => {
    const overrides = { flags: [], sets: setsOf(job), env: {}, cwd: '/work' };
    const read = parseDeployment(text, { source: 'difyctl.yaml', baseDirectory: '/work', overrides });
    const secrets = requiredSecrets(read.deployment);
    expect(secrets.map(({ path }) => path)).toEqual(requiredSecrets(deployment).map(({ path }) => path));
    for (const { path, ref } of secrets)
      expect(ref).toEqual({
        file: expect.stringMatching(new RegExp(`run/difyctl/secrets/${path.replaceAll('.', '\\.')}$`)),
      });
    expect(read.deployment).toMatchObject({
      target: expect.not.objectContaining({ context: expect.anything() }),
      postgres: { tls: { caFile: expect.stringMatching(/run\/difyctl\/secrets\/postgres-ca\.pem$/) } },
      recovery: { backup: { caFile: expect.stringMatching(/run\/difyctl\/secrets\/backup-ca\.pem$/) } },
    });
  });

  test('the Secret has every key that the pods mount', () => {
    for (const job of jobs) {
      const pod = parse(JSON.stringify(job)).spec.jobTemplate.spec.template.spec;
      const { secretName, items } = pod.volumes.find(({ name }: { name: string }) => name === 'secrets').secret;
      expect(secretName).toBe(one.secret.name);
      expect(Object.keys(one.secret.data)).toEqual(
        expect.arrayContaining(items.map(({ key }: { key: string }) => key)),
      );
    }
  });

  test.each([
    ['dify-verify', 'the repository', /^recovery\.backup\.|^backup-ca\.pem$/],
    ['dify-prune', 'the repository', /^recovery\.backup\.|^backup-ca\.pem$/],
    [
      'dify-drill',
      'the repository, the data services and SECRET_KEY',
      /^recovery\.backup\.|-ca\.pem$|^(postgres|objectStorage|vectorStore)\.|^secrets\.secretKey$/,
    ],
  ])('%s gets only the secrets of %s', (name, _, keys) => {
    const job = parse(JSON.stringify(jobs.find(({ metadata }) => metadata.name === name)));
    const { items } = job.spec.jobTemplate.spec.template.spec.volumes[3].secret;
    for (const { key } of items) expect(key).toMatch(keys);
    expect(items.length).toBeGreaterThan(2);
  });

  test('no manifest contains a secret', () => {
    const all = JSON.stringify(one.manifests);
    for (const { path } of requiredSecrets(deployment))
      expect(all, path).not.toContain(fakeSecrets(deployment).get(path));
  });
});

test('with rules, each CronJob has an alert that fires after two intervals without a success', () => {
  const target = { ...(PROD.target as JsonObject), monitoring: { rules: true } };
  const [rules] = of(set(scheduled({ target })), 'PrometheusRule');
  const { groups } = (rules?.spec ?? {}) as unknown as { groups: { rules: { alert: string; expr: string }[] }[] };
  const own = groups[0]?.rules.filter(({ alert }) => alert.startsWith('DifySchedule')) ?? [];
  const late = (name: string, seconds: number): string => {
    const labels = `{namespace="dify",cronjob="${name}"}`;
    return `time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time${labels} or kube_cronjob_created${labels}) > ${seconds}`;
  };
  expect(own.map(({ expr }) => expr)).toEqual([
    late('dify-backup', 2 * 6 * 3_600),
    late('dify-verify', 2 * 86_400),
    late('dify-prune', 2 * 86_400),
    late('dify-drill', 2 * 62 * 86_400),
    'kube_cronjob_spec_suspend{namespace="dify",cronjob=~"dify-backup|dify-verify|dify-prune|dify-drill"} == 1',
  ]);
});

test('bundled services: the pods get the generated secrets, and a drill is not scheduled', () => {
  const recovery = { vectorStore: { strategy: 'rebuild' }, drills: { interval: '90d' }, backup: BACKUP };
  const objectStorage = PROD.objectStorage as JsonObject;
  const deployment = parsedDeployment({ ...SAMPLE_FILES['test-kubernetes-bundled'], objectStorage, recovery });
  const one = set(deployment);
  const jobs = of(one, 'CronJob');
  expect(jobs.map(({ metadata }) => metadata.name)).toEqual(['dify-backup', 'dify-verify', 'dify-prune']);
  const text = fileOf(one);
  const overrides = { flags: [], sets: setsOf(jobs[0]), env: {}, cwd: '/work' };
  const read = parseDeployment(text, { source: 'difyctl.yaml', baseDirectory: '/work', overrides }).deployment;
  expect(requiredSecrets(read).filter(({ ref }) => 'generated' in ref)).toEqual([]);
  const rules = of(one, 'Role')[0]?.rules;
  expect(rules).toContainEqual({ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] });
  expect(JSON.stringify(rules)).not.toContain('portforward');
});

test('a bundled vector store whose vectors are copied is reached through a port-forward', () => {
  const recovery = { vectorStore: { strategy: 'snapshot', interval: '1d' }, backup: BACKUP };
  const objectStorage = PROD.objectStorage as JsonObject;
  const one = set(parsedDeployment({ ...SAMPLE_FILES['test-kubernetes-bundled'], objectStorage, recovery }));
  const rules = of(one, 'Role')[0]?.rules;
  for (const [resource, ...verbs] of [
    ['services', 'get'],
    ['pods', 'get', 'list'],
    ['pods/portforward', 'create'],
  ])
    expect(rules).toContainEqual({ apiGroups: [''], resources: [resource], verbs });
});

test('without the content of the CA file of the repository, rendering fails with its field', () => {
  expect(() => rendered(scheduled())).toThrow('recovery.backup.caFile cannot be read: ./backup-ca.pem');
});
