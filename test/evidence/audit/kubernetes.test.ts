import { describe, expect, it } from 'vitest';
import { ExternalError } from '../../../src/base/errors.ts';
import { AUDIT_COLLECTORS } from '../../../src/evidence/audit/collectors.ts';
import {
  AUDIT_BACKUPS,
  AUDIT_BUDGETS,
  AUDIT_CHANGES,
  AUDIT_CLAIMS,
  AUDIT_ENTRIES,
  AUDIT_PODS,
  AUDIT_POLICIES,
  AUDIT_RELEASE,
  AUDIT_SCALERS,
  AUDIT_SECRETS,
  AUDIT_SETTINGS,
  AUDIT_WORKLOADS,
} from '../../../src/evidence/audit/facts.ts';
import { CollectionError, type EvidenceKey } from '../../../src/evidence/evidence.ts';
import type { RawGet } from '../../../src/exec/kubectl.ts';
import { KubectlError } from '../../../src/exec/kubectl.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { collectContext } from '../../support/check-runs.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const labels = { 'app.kubernetes.io/instance': 'dify' };
const podLabels = { ...labels, component: 'api' };

const api = {
  metadata: { name: 'dify-api', labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: podLabels },
    template: {
      metadata: { labels: podLabels },
      spec: {
        affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }] } },
        initContainers: [{ name: 'wait', image: 'busybox:1' }],
        containers: [
          {
            name: 'api',
            image: 'langgenius/dify-api:1.16.1',
            envFrom: [{ configMapRef: { name: 'dify-api' } }, { secretRef: { name: 'dify-api' } }],
            env: [
              { name: 'LOG_LEVEL', value: 'DEBUG' },
              { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'own', key: 'db' } } },
              { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              { name: 'EMPTY_TOKEN' },
            ],
            readinessProbe: {},
            resources: { requests: { cpu: '1' }, limits: { memory: '2Gi' } },
          },
        ],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'dify' } }],
      },
    },
  },
};
const redis = {
  metadata: { name: 'dify-redis-master', annotations: { 'meta.helm.sh/release-name': 'dify' } },
  spec: {
    selector: { matchLabels: { app: 'redis' } },
    volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    template: {
      metadata: { labels: { app: 'redis' } },
      spec: {
        containers: [
          {
            name: 'redis',
            image: 'docker.io/bitnamilegacy/redis:7.0.11',
            command: ['redis-server'],
            args: ['--appendonly', 'yes', '--requirepass', 'difyai123456'],
          },
        ],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-0' } }],
      },
    },
  },
};
const foreign = { ...api, metadata: { name: 'other-api', labels: { 'app.kubernetes.io/instance': 'other' } } };

const NAMESPACE = '/namespaces/ai';
const ANSWERS: Readonly<Record<string, unknown>> = {
  [`/apis/apps/v1${NAMESPACE}/deployments`]: { items: [api, foreign] },
  [`/apis/apps/v1${NAMESPACE}/statefulsets`]: { items: [redis] },
  [`/apis/apps/v1${NAMESPACE}/daemonsets`]: { items: [] },
  [`/api/v1${NAMESPACE}/configmaps/dify-api`]: {
    data: { MODE: 'api', LOG_LEVEL: 'INFO', CONSOLE_WEB_URL: 'https://user:pw@dify.example.com' },
  },
  [`/api/v1${NAMESPACE}/secrets/dify-api`]: {
    data: { SECRET_KEY: base64('sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U'), RESEND_API_KEY: base64('xxxx') },
  },
  [`/api/v1${NAMESPACE}/secrets/own`]: { data: { db: base64('planted-password') } },
  [`/api/v1${NAMESPACE}/pods`]: {
    items: [
      {
        metadata: { labels: podLabels },
        spec: { nodeName: 'a', volumes: [{ name: 'token', projected: { sources: [{ serviceAccountToken: {} }] } }] },
        status: { phase: 'Running' },
      },
      { metadata: { labels: podLabels }, spec: { nodeName: 'b' }, status: { phase: 'Failed' } },
    ],
  },
  [`/apis/autoscaling/v2${NAMESPACE}/horizontalpodautoscalers`]: {
    items: [{ spec: { scaleTargetRef: { name: 'dify-api' }, minReplicas: 2, maxReplicas: 5 } }],
  },
  [`/apis/policy/v1${NAMESPACE}/poddisruptionbudgets`]: {
    items: [
      { metadata: { name: 'api' }, spec: { selector: { matchLabels: { component: 'api' } } } },
      {
        metadata: { name: 'both' },
        spec: { selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['redis'] }] } },
      },
      { metadata: { name: 'all' }, spec: { selector: {} } },
    ],
  },
  [`/api/v1${NAMESPACE}/persistentvolumeclaims`]: {
    items: [{ metadata: { name: 'dify' }, spec: { accessModes: ['ReadWriteOnce'] } }],
  },
  [`/api/v1${NAMESPACE}/services`]: {
    items: [
      { metadata: { name: 'dify', labels }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
      { metadata: { name: 'dify-api', labels }, spec: { type: 'ClusterIP', ports: [{ port: 5001 }] } },
    ],
  },
  [`/apis/networking.k8s.io/v1${NAMESPACE}/ingresses`]: {
    items: [
      {
        metadata: { name: 'own' },
        spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'dify' } } }] } }] },
      },
      { metadata: { name: 'foreign' }, spec: { tls: [{}], rules: [] } },
    ],
  },
  [`/apis/networking.k8s.io/v1${NAMESPACE}/networkpolicies`]: {
    items: [
      { metadata: { name: 'in' }, spec: { podSelector: {}, policyTypes: ['Ingress'] } },
      {
        metadata: { name: 'out' },
        spec: { podSelector: { matchLabels: { component: 'api' } }, policyTypes: ['Egress'] },
      },
    ],
  },
  [`/apis/batch/v1${NAMESPACE}/cronjobs`]: {
    items: [
      {
        metadata: { name: 'nightly' },
        spec: {
          jobTemplate: {
            spec: { template: { spec: { containers: [{ image: 'postgres:15', args: ['pg_dump -Fc dify'] }] } } },
          },
        },
      },
      {
        metadata: { name: 'report' },
        spec: { jobTemplate: { spec: { template: { spec: { containers: [{ image: 'busybox:1' }] } } } } },
      },
    ],
  },
  '/apis/velero.io/v1/schedules': {
    items: [
      { metadata: { name: 'daily' }, spec: { template: { includedNamespaces: ['ai'] } } },
      { metadata: { name: 'others' }, spec: { template: { includedNamespaces: ['web'] } } },
    ],
  },
  [`/api/v1${NAMESPACE}/secrets`]: {
    items: [
      { metadata: { labels: { status: 'superseded', version: '9' } } },
      { metadata: { labels: { status: 'deployed', version: '10' } } },
    ],
  },
};

/** Answers as the API server does; kinds that are not listed do not exist. */
function server(denied: readonly string[] = []): RawGet {
  return async (path, hear) => {
    const place = path.split('?')[0] ?? path;
    if (denied.some((one) => place.includes(one)))
      throw failure('Error from server (Forbidden): forbidden', 'forbidden');
    const answer = ANSWERS[place];
    if (answer === undefined) throw failure('Error from server (NotFound): not found', 'not-found');
    hear(Buffer.from(JSON.stringify(answer)));
  };
}

function failure(text: string, reason: KubectlError['reason']): KubectlError {
  return new KubectlError(new ExternalError(text, { stderr: [text] }), reason);
}

async function collected<T>(key: EvidenceKey<T>, reads: RawGet = server(), runner?: Runner): Promise<unknown> {
  const collector = AUDIT_COLLECTORS.find((one) => one.key.name === key.name);
  const installation = { target: 'kubernetes', name: 'dify', namespace: 'ai' } as const;
  return collector?.collect(
    collectContext({ installation, reads, ...(runner === undefined ? {} : { runner }) }),
    async () => {
      throw new CollectionError('absent', 'nothing else');
    },
  );
}

describe('the evidence of a release', () => {
  it('has its workloads, by label or by Helm’s annotation', async () => {
    expect(await collected(AUDIT_WORKLOADS)).toEqual([
      {
        kind: 'Deployment',
        name: 'dify-api',
        component: 'api',
        replicas: 2,
        image: 'langgenius/dify-api:1.16.1',
        images: ['busybox:1', 'langgenius/dify-api:1.16.1'],
        probes: ['readiness'],
        containers: [
          { name: 'wait', isInit: true, requests: {}, limits: {} },
          { name: 'api', isInit: false, requests: { cpu: 1 }, limits: { memory: 2 * 2 ** 30 } },
        ],
        claims: ['dify'],
        isSpread: true,
        ports: [],
        networks: [],
        options: [],
      },
      {
        kind: 'StatefulSet',
        name: 'dify-redis-master',
        store: 'redis',
        replicas: 1,
        image: 'docker.io/bitnamilegacy/redis:7.0.11',
        images: ['docker.io/bitnamilegacy/redis:7.0.11'],
        probes: [],
        containers: [{ name: 'redis', isInit: false, requests: {}, limits: {} }],
        claims: [],
        isSpread: false,
        ports: [],
        networks: [],
        options: ['--appendonly=yes', '--requirepass'],
      },
    ]);
  });

  it('has settings as the kubelet resolves them, without credentials', async () => {
    expect(await collected(AUDIT_SETTINGS)).toEqual({
      'dify-api': { MODE: 'api', LOG_LEVEL: 'DEBUG', CONSOLE_WEB_URL: 'https://dify.example.com' },
      'dify-redis-master': {},
    });
  });

  it('has traits of secrets, and no value', async () => {
    const secrets = await collected(AUDIT_SECRETS);
    const trait = { workload: 'dify-api', isPublished: false, isEmpty: false };
    expect(secrets).toEqual([
      { ...trait, variable: 'SECRET_KEY', isPublished: true, group: 0 },
      { ...trait, variable: 'RESEND_API_KEY', group: 1 },
      { ...trait, variable: 'DB_PASSWORD', group: 2 },
      { ...trait, variable: 'EMPTY_TOKEN', isEmpty: true, group: 3 },
      { ...trait, workload: 'dify-redis-master', variable: 'command line', isPublished: true, group: 4 },
    ]);
    expect(JSON.stringify(secrets)).not.toMatch(/planted|sk-9f73|difyai/);
  });

  it('has settings without the right to read Secrets, and names the right that the others need', async () => {
    const denied = server(['/secrets']);
    expect(await collected(AUDIT_SETTINGS, denied)).toMatchObject({ 'dify-api': { MODE: 'api' } });
    const refusal = { outcome: 'denied', message: 'get secrets in namespace ai' };
    await expect(collected(AUDIT_SECRETS, denied)).rejects.toMatchObject(refusal);
    await expect(collected(AUDIT_RELEASE, denied)).rejects.toMatchObject({ message: 'list secrets in namespace ai' });
  });

  it.each([
    [
      AUDIT_PODS,
      [
        { workload: 'dify-api', nodes: ['a'], hasToken: true },
        { workload: 'dify-redis-master', nodes: [], hasToken: false },
      ],
    ],
    [AUDIT_SCALERS, [{ workload: 'dify-api', least: 2, most: 5 }]],
    [
      AUDIT_BUDGETS,
      [
        { name: 'api', workloads: ['dify-api'] },
        { name: 'both', workloads: ['dify-redis-master'] },
        { name: 'all', workloads: ['dify-api', 'dify-redis-master'] },
      ],
    ],
    [AUDIT_POLICIES, [{ name: 'out', workloads: ['dify-api'] }]],
    [AUDIT_CLAIMS, [{ name: 'dify', accessModes: ['ReadWriteOnce'] }]],
    [
      AUDIT_ENTRIES,
      [
        {
          kind: 'Service',
          name: 'dify',
          tls: undefined,
          ports: [{ port: 80, at: 'port 80 of Service dify (NodePort)', isLocal: false }],
        },
        { kind: 'Ingress', name: 'own', tls: false, ports: [] },
      ],
    ],
    [AUDIT_BACKUPS, ['CronJob nightly', 'Velero Schedule daily']],
    [AUDIT_RELEASE, { status: 'deployed', revision: 10 }],
  ] as readonly (readonly [EvidenceKey<unknown>, unknown])[])('has $0.name', async (key, expected) => {
    expect(await collected(key)).toEqual(expected);
  });

  it('has the changes since Helm applied it', async () => {
    const applied = [
      {
        kind: 'Deployment',
        metadata: api.metadata,
        spec: {
          ...api.spec,
          replicas: 9,
          template: { spec: { containers: [{ name: 'api', image: 'langgenius/dify-api:1.15.0' }] } },
        },
      },
      { kind: 'StatefulSet', metadata: redis.metadata, spec: { ...redis.spec, replicas: 2 } },
    ];
    const calls: string[] = [];
    const runner: Runner = {
      run: async (program, args) => {
        calls.push([program, ...args].join(' '));
        return { exitCode: 0, stdout: applied.map((one) => JSON.stringify(one)).join('\n---\n'), stderr: '' };
      },
    };
    expect(await collected(AUDIT_CHANGES, server(), runner)).toEqual([
      // An autoscaler sets its replicas.
      {
        workload: 'dify-api',
        field: 'image of api',
        was: 'langgenius/dify-api:1.15.0',
        is: 'langgenius/dify-api:1.16.1',
      },
      { workload: 'dify-redis-master', field: 'replicas', was: '2', is: '1' },
    ]);
    expect(calls).toEqual(['helm get manifest dify -n ai --revision 10']);
  });
});
