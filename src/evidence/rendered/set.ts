import type { ComponentName } from '../../checklist/components.ts';
import { evidenceKey } from '../evidence.ts';
import type { PodDemands } from './demands.ts';
import type { LabelRule, PodShape, Spread } from './workload.ts';

/** A workload that will run pods or containers. */
export interface PlannedWorkload {
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
  readonly images: readonly string[];
  /** Names of the claims that its pods mount. */
  readonly claims: readonly string[];
  readonly pod: PodShape;
  readonly demands: PodDemands;
  /** Its Dify process; absent for data services and for workloads that are not of Dify. */
  readonly component?: ComponentName;
  /** The worker pool that it runs; absent if it is none. */
  readonly pool?: string;
  /** Variables of its main container that `isSetting` accepts, with the values that it will have. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Probes of its main container. */
  readonly probes?: readonly ProbeKind[];
  /** Topologies over which its own pods are spread; absent: none. */
  readonly spread?: readonly Spread[];
}

export type ProbeKind = 'liveness' | 'readiness' | 'startup';

export interface PlannedClaim {
  readonly name: string;
  readonly accessModes: readonly string[];
  /** Undefined: the cluster's default class. */
  readonly storageClass: string | undefined;
  /** Requested bytes; 0 if not specified. */
  readonly storage: number;
  /** Number of claims: for a StatefulSet, its replicas. */
  readonly count: number;
}

/** An HTTPRoute. */
export interface PlannedRoute {
  readonly name: string;
  readonly hostnames: readonly string[];
  readonly parents: readonly PlannedParent[];
}

/**
 * The parent that a route attaches to. `namespace` empty: the release's own; `section` empty: any listener; `port` 0:
 * any.
 */
export interface PlannedParent {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly section: string;
  readonly port: number;
}

/** A HorizontalPodAutoscaler with the APIs that it reads: `metrics.k8s.io`. */
export interface PlannedAutoscaler {
  readonly name: string;
  readonly apis: readonly string[];
  /** The workload that it scales, and the limits of its replicas; absent: not specified. */
  readonly scales?: { readonly workload: string; readonly least: number; readonly most: number };
}

/** A PodDisruptionBudget: the pods that it selects. */
interface PlannedBudget {
  readonly name: string;
  readonly selects: readonly LabelRule[];
}

/** A Service with a selector. */
export interface PlannedServiceObject {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
}

export interface PlannedIngress {
  readonly name: string;
  /** Undefined: the cluster's default class. */
  readonly className: string | undefined;
  /** True if an annotation names the class; a controller may honour it without an IngressClass. */
  readonly byAnnotation?: boolean;
  readonly tls: boolean;
}

export interface PlannedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * The objects that applying the rendered set would create, and what checks need to know of those that run. Never a
 * value of a Secret.
 */
export interface RenderedSet {
  readonly objects: readonly PlannedObject[];
  readonly workloads: readonly PlannedWorkload[];
  readonly claims: readonly PlannedClaim[];
  readonly ingresses: readonly PlannedIngress[];
  readonly routes: readonly PlannedRoute[];
  readonly autoscalers: readonly PlannedAutoscaler[];
  /** Services of type NodePort or LoadBalancer, which are reachable from outside; absent: none. */
  readonly openServices?: readonly string[];
  /** Absent in evidence of an older difyctl. */
  readonly budgets?: readonly PlannedBudget[];
  /** Absent in evidence of an older difyctl. */
  readonly services?: readonly PlannedServiceObject[];
}
export const RENDERED_OBJECTS = evidenceKey<RenderedSet>('rendered.objects', 4);
