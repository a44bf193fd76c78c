import type { ComponentName } from '../../checklist/components.ts';
import { evidenceKey } from '../evidence.ts';
import type { ContainerDemands } from '../rendered/demands.ts';
import type { PlannedClaim, ProbeKind } from '../rendered/set.ts';

/** A data service that runs inside the installation. */
export type StoreKind = 'postgres' | 'mysql' | 'redis' | 'vector store' | 'object store';

/** A port that is reachable from outside of the installation's own networks. */
export interface OpenPort {
  /** The port in the container. */
  readonly port: number;
  /** Where it is open: `0.0.0.0:5432`, `NodePort 31000 of Service dify`. */
  readonly at: string;
  /** True if it is bound to a loopback address only. */
  readonly isLocal: boolean;
}

/** A network of a Compose project that a service is on. */
interface AuditedNetwork {
  readonly name: string;
  /** True if the network has no way out. */
  readonly isInternal: boolean;
}

/**
 * A Deployment, StatefulSet or DaemonSet of the release, or a service of the Compose project. One-shot jobs are left
 * out.
 */
export interface AuditedWorkload {
  /** `Deployment`, `StatefulSet`, `DaemonSet` or `service`. */
  readonly kind: string;
  readonly name: string;
  /** The Dify process that it runs; absent for data services and others. */
  readonly component?: ComponentName;
  /** The data service that it runs. */
  readonly store?: StoreKind;
  /** The number of pods that it asks for; on Compose the number of its containers. */
  readonly replicas: number;
  /** The image of its main container. */
  readonly image: string;
  /** Images of all its containers, init containers included. */
  readonly images: readonly string[];
  readonly probes: readonly ProbeKind[];
  readonly containers: readonly ContainerDemands[];
  /** Names of the claims that its pods mount. */
  readonly claims: readonly string[];
  /** True if a rule keeps its pods apart: an anti-affinity, preferred or required, or a topology spread constraint. */
  readonly isSpread: boolean;
  /** Ports that Compose or `hostPort` opens on the machine. */
  readonly ports: readonly OpenPort[];
  /** Empty on Kubernetes. */
  readonly networks: readonly AuditedNetwork[];
  /** Options that its command line names, without their values: `--requirepass`. */
  readonly options: readonly string[];
}
export const AUDIT_WORKLOADS = evidenceKey<readonly AuditedWorkload[]>('audit.workloads', 1);

/** By name of the workload: the variables that rules read. None of them is a secret. */
export type AuditedSettings = Readonly<Record<string, Readonly<Record<string, string>>>>;
export const AUDIT_SETTINGS = evidenceKey<AuditedSettings>('audit.settings', 1);

/** What rules need to know of a secret variable of a workload; nothing of its value. */
export interface AuditedSecret {
  readonly workload: string;
  /** The name of the variable; `command line` for a value in the arguments. */
  readonly variable: string;
  /** True if upstream publishes this value. */
  readonly isPublished: boolean;
  readonly isEmpty: boolean;
  /** Variables with the same number have the same value. The numbers follow the order of appearance. */
  readonly group: number;
}
export const AUDIT_SECRETS = evidenceKey<readonly AuditedSecret[]>('audit.secrets', 1);

/** The running pods of one workload. */
export interface AuditedPods {
  readonly workload: string;
  /** The node of each pod that was scheduled. */
  readonly nodes: readonly string[];
  /** True if a token of the cluster's API is mounted in a pod. */
  readonly hasToken: boolean;
}
export const AUDIT_PODS = evidenceKey<readonly AuditedPods[]>('audit.pods', 1);

export interface AuditedScaler {
  readonly workload: string;
  readonly least: number;
  readonly most: number;
}
export const AUDIT_SCALERS = evidenceKey<readonly AuditedScaler[]>('audit.autoscalers', 1);

/** A disruption budget or a NetworkPolicy, and the workloads whose pods it selects. */
export interface AuditedBudget {
  readonly name: string;
  readonly workloads: readonly string[];
}
export const AUDIT_BUDGETS = evidenceKey<readonly AuditedBudget[]>('audit.budgets', 1);

/** NetworkPolicies that limit what pods may reach (`Egress`). */
export const AUDIT_POLICIES = evidenceKey<readonly AuditedBudget[]>('audit.policies', 1);

export type AuditedClaim = Pick<PlannedClaim, 'name' | 'accessModes'>;
export const AUDIT_CLAIMS = evidenceKey<readonly AuditedClaim[]>('audit.claims', 1);

/** A way into the release from outside of the cluster. */
export interface AuditedEntry {
  /** `Ingress`, `HTTPRoute` or `Service` of type NodePort or LoadBalancer. */
  readonly kind: 'Ingress' | 'HTTPRoute' | 'Service';
  readonly name: string;
  /** For an Ingress: true if it names a certificate. Undefined if the object does not decide it. */
  readonly tls: boolean | undefined;
  /** Ports of a Service. */
  readonly ports: readonly OpenPort[];
}
export const AUDIT_ENTRIES = evidenceKey<readonly AuditedEntry[]>('audit.entries', 1);

/** Signs of backups: `CronJob nightly-dump`. Empty if there are none. */
export const AUDIT_BACKUPS = evidenceKey<readonly string[]>('audit.backups', 1);

/** The newest record of the Helm release; `status` is undefined if there is none. */
export interface AuditedRelease {
  readonly status: string | undefined;
  readonly revision: number | undefined;
}
export const AUDIT_RELEASE = evidenceKey<AuditedRelease>('audit.release', 1);

/** A difference between a workload and the manifest that Helm applied last. */
export interface AuditedChange {
  readonly workload: string;
  /** `replicas`, `image of api`. */
  readonly field: string;
  readonly was: string;
  readonly is: string;
}
export const AUDIT_CHANGES = evidenceKey<readonly AuditedChange[]>('audit.changes', 1);
