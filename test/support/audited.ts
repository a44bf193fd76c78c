import type { AuditCheck } from '../../src/checks/audit/check.ts';
import { AUDIT_CHECKS } from '../../src/checks/audit/checks.ts';
import type { CheckResult } from '../../src/checks/check.ts';
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
  type AuditedBudget,
  type AuditedChange,
  type AuditedClaim,
  type AuditedEntry,
  type AuditedPods,
  type AuditedRelease,
  type AuditedScaler,
  type AuditedSecret,
  type AuditedWorkload,
} from '../../src/evidence/audit/facts.ts';
import { judged } from './check-runs.ts';

type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The evidence of an audit as plain data. */
export interface Audited {
  readonly workloads: readonly AuditedWorkload[];
  readonly settings: Settings;
  readonly secrets: readonly AuditedSecret[];
  readonly pods: readonly AuditedPods[];
  readonly scalers: readonly AuditedScaler[];
  readonly budgets: readonly AuditedBudget[];
  readonly policies: readonly AuditedBudget[];
  readonly claims: readonly AuditedClaim[];
  readonly entries: readonly AuditedEntry[];
  readonly backups: readonly string[];
  readonly release: AuditedRelease;
  readonly changes: readonly AuditedChange[];
}

/** A workload of Kubernetes that is well. `over` changes fields of it. */
export function auditedWorkload(name: string, over: Partial<AuditedWorkload> = {}): AuditedWorkload {
  const image = over.image ?? 'langgenius/dify-api:1.16.1';
  return {
    kind: 'Deployment',
    name: `dify-${name}`,
    replicas: 3,
    image,
    images: [image],
    probes: ['liveness', 'readiness'],
    containers: [{ name, isInit: false, requests: { cpu: 1, memory: 2 ** 30 }, limits: { cpu: 2, memory: 2 ** 31 } }],
    claims: [],
    isSpread: true,
    ports: [],
    networks: [],
    options: [],
    ...over,
  };
}

const WORKLOADS: readonly AuditedWorkload[] = [
  auditedWorkload('api', { component: 'api' }),
  auditedWorkload('beat', { component: 'beat', replicas: 1, isSpread: false, probes: [] }),
  auditedWorkload('plugin-daemon', {
    component: 'pluginDaemon',
    replicas: 1,
    image: 'langgenius/dify-plugin-daemon:0.6.3-local',
  }),
  auditedWorkload('proxy', { component: 'proxy', image: 'nginx:1.28.0-alpine' }),
  auditedWorkload('sandbox', { component: 'sandbox', image: 'langgenius/dify-sandbox:0.2.15' }),
  auditedWorkload('ssrf-proxy', { component: 'ssrfProxy', image: 'ubuntu/squid:6.6-24.04_beta' }),
  auditedWorkload('web', { component: 'web', image: 'langgenius/dify-web:1.16.1' }),
  auditedWorkload('worker', { component: 'worker' }),
];

const PROXY = 'http://dify-ssrf-proxy:3128';
const API: Readonly<Record<string, string>> = {
  MODE: 'api',
  LOG_LEVEL: 'INFO',
  STORAGE_TYPE: 's3',
  MIGRATION_ENABLED: 'false',
  DB_DATABASE: 'dify',
  DB_HOST: 'pg.example.internal',
  CONSOLE_WEB_URL: 'https://dify.example.com',
  CONSOLE_API_URL: 'https://dify.example.com',
  SSRF_PROXY_HTTP_URL: PROXY,
  SSRF_PROXY_HTTPS_URL: PROXY,
};

const secret = (workload: string, variable: string, group: number): AuditedSecret => ({
  workload: `dify-${workload}`,
  variable,
  isPublished: false,
  isEmpty: false,
  group,
});

/** A hardened production on Kubernetes: every check passes or skips. */
export const HARDENED: Audited = {
  workloads: WORKLOADS,
  settings: {
    'dify-api': API,
    'dify-worker': { ...API, MODE: 'worker' },
    'dify-beat': { ...API, MODE: 'beat' },
    'dify-sandbox': { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY },
    'dify-plugin-daemon': { DB_DATABASE: 'dify_plugin', DB_HOST: 'pg.example.internal', PLUGIN_STORAGE_TYPE: 'aws_s3' },
  },
  secrets: [
    ...['api', 'worker', 'beat'].flatMap((name) => [secret(name, 'SECRET_KEY', 0), secret(name, 'REDIS_PASSWORD', 1)]),
    secret('api', 'PLUGIN_DAEMON_KEY', 2),
    secret('worker', 'PLUGIN_DAEMON_KEY', 2),
    secret('plugin-daemon', 'SERVER_KEY', 2),
    secret('api', 'INNER_API_KEY_FOR_PLUGIN', 3),
    secret('plugin-daemon', 'DIFY_INNER_API_KEY', 3),
    secret('api', 'CODE_EXECUTION_API_KEY', 4),
    secret('sandbox', 'API_KEY', 4),
  ],
  pods: WORKLOADS.map(({ name, replicas }) => ({
    workload: name,
    nodes: ['a', 'b', 'c'].slice(0, replicas),
    hasToken: false,
  })),
  scalers: [],
  budgets: WORKLOADS.filter(({ replicas }) => replicas > 1).map(({ name }) => ({ name, workloads: [name] })),
  policies: [{ name: 'outgoing', workloads: ['dify-sandbox', 'dify-plugin-daemon'] }],
  claims: [],
  entries: [{ kind: 'Ingress', name: 'dify', tls: true, ports: [] }],
  backups: [],
  release: { status: 'deployed', revision: 4 },
  changes: [],
};

/** The audit with fields of one workload changed. */
export function withWorkload(audited: Audited, name: string, over: Partial<AuditedWorkload>): Audited {
  return { ...audited, workloads: audited.workloads.map((one) => (one.name === name ? { ...one, ...over } : one)) };
}

/** The audit with variables of one workload changed. */
export function withSettings(audited: Audited, name: string, over: Readonly<Record<string, string>>): Audited {
  return { ...audited, settings: { ...audited.settings, [name]: { ...audited.settings[name], ...over } } };
}

/** The audit with traits of one secret changed. */
export function withSecret(audited: Audited, variable: string, over: Partial<AuditedSecret>): Audited {
  return {
    ...audited,
    secrets: audited.secrets.map((one) => (one.variable === variable ? { ...one, ...over } : one)),
  };
}

/** Results of all checks of an audit, by id. */
export function auditResults(audited: Audited): ReadonlyMap<string, CheckResult> {
  return new Map(AUDIT_CHECKS.map((check) => [check.id, auditResult(check, audited)]));
}

function auditResult(check: AuditCheck, audited: Audited): CheckResult {
  return judged(check, {
    seen: [
      [AUDIT_WORKLOADS, audited.workloads],
      [AUDIT_SETTINGS, audited.settings],
      [AUDIT_SECRETS, audited.secrets],
      [AUDIT_PODS, audited.pods],
      [AUDIT_SCALERS, audited.scalers],
      [AUDIT_BUDGETS, audited.budgets],
      [AUDIT_POLICIES, audited.policies],
      [AUDIT_CLAIMS, audited.claims],
      [AUDIT_ENTRIES, audited.entries],
      [AUDIT_BACKUPS, audited.backups],
      [AUDIT_RELEASE, audited.release],
      [AUDIT_CHANGES, audited.changes],
    ],
  });
}
