import type { JsonObject } from '../../src/base/json.ts';
import { CHART } from './chart.ts';
import type { HealthyStores } from './healthy-stores.ts';

/** Today in the format of the file: the date of a recent drill or measurement. */
const TODAY = new Date().toISOString().slice(0, 10);

/** The check that warns about loopback: the stores of the tests listen on this machine only. */
const LOOPBACK = 'names.loopback';

/** The fields that productions on both targets share. The healthy stores keep every promise in them. */
function common(stores: HealthyStores, url: string): JsonObject {
  return {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    edition: 'community',
    version: '1.16.1',
    urls: { console: url, api: url, app: url, files: url },
    ...stores.file,
    logging: { level: 'INFO', retention: { workflowRuns: '90d' } },
    recovery: {
      rto: '4h',
      rpo: '15m',
      availability: '99.9%',
      upgradeWindow: 'Sun 02:00-04:00 UTC',
      postgres: { method: 'pitr', interval: '5m', retention: '14d' },
      redis: { persistence: 'rdb' },
      objectStorage: { versioning: true },
      vectorStore: { strategy: 'rebuild' },
      configuration: { repository: 'git@example.com:ops/dify.git', secrets: 'vault: kv/dify' },
      drills: { interval: '90d', last: TODAY },
      measured: { restore: '50m', at: TODAY },
    },
  };
}

/** A production on a cluster of six nodes in three zones, with every choice explicit. */
export function kubernetesProduction(stores: HealthyStores, context: string): JsonObject {
  const file = common(stores, 'https://dify.example.com');
  return {
    ...file,
    target: {
      type: 'kubernetes',
      context,
      namespace: 'dify',
      chart: { path: CHART },
      ingress: { className: 'nginx', tls: { secretName: 'dify-tls' } },
    },
    components: {
      api: {
        enabled: true,
        replicas: 3,
        resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } },
      },
      ...Object.fromEntries(['worker', 'web', 'sandbox'].map((name) => [name, { replicas: 3 }])),
      beat: { enabled: true, replicas: 1 },
    },
    recovery: { ...(file.recovery as JsonObject), topology: { zones: 3 } },
    acceptedRisks: [{ check: LOOPBACK, reason: 'simulated nodes run no container' }],
    extraValues: { web: { enableServiceLinks: false } },
  };
}

export interface ComposePlace {
  readonly directory: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string };
  /** The host name of the certificate. */
  readonly host: string;
}

/** Checks that fail because the machine of the tests is too small, or because there is only one machine. */
export const RISKS = ['host.single-point-of-failure', 'host.cpu', 'host.memory', 'host.disk', LOOPBACK];

/** A production on one machine that accepts the risks of that. */
export function composeProduction(stores: HealthyStores, { host, tls, ...place }: ComposePlace): JsonObject {
  const file = common(stores, `https://${host}:${place.httpsPort}`);
  return {
    ...file,
    target: { type: 'compose', ...place, tls },
    // What one host can provide.
    recovery: { ...(file.recovery as JsonObject), availability: '99%' },
    acceptedRisks: RISKS.map((check) => ({
      check,
      reason: 'one small machine, known to be one',
      until: `${new Date().getUTCFullYear() + 1}-12-31`,
    })),
  };
}
