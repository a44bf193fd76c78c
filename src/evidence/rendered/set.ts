import type { ComponentName } from '../../checklist/components.ts';
import { evidenceKey } from '../evidence.ts';
import type { PodDemands } from './demands.ts';
import type { PodShape } from './workload.ts';

/** Something that will run pods or containers. */
export interface PlannedWorkload {
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
  readonly images: readonly string[];
  /** Names of the claims that its pods mount. */
  readonly claims: readonly string[];
  readonly pod: PodShape;
  readonly demands: PodDemands;
  /** Dify's process that it is; absent for data services and for what is not of Dify. */
  readonly component?: ComponentName;
  /** Variables of its main container that `isSetting` lets through, as it will see them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Probes that its main container has. */
  readonly probes?: readonly ProbeKind[];
}

export type ProbeKind = 'liveness' | 'readiness' | 'startup';

export interface PlannedClaim {
  readonly name: string;
  readonly accessModes: readonly string[];
  /** Undefined: the cluster's default class. */
  readonly storageClass: string | undefined;
  /** Bytes that it asks for; 0 where it does not say. */
  readonly storage: number;
  /** How many of it there are: as many as a StatefulSet has replicas. */
  readonly count: number;
}

/** An HTTPRoute. */
export interface PlannedRoute {
  readonly name: string;
  readonly hostnames: readonly string[];
  readonly parents: readonly PlannedParent[];
}

/** What a route wants to be attached to. `namespace` empty: the release's own; `section` empty: any listener; `port` 0: any. */
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
  /** Name of the workload that it scales, and between which counts; absent: not said. */
  readonly scales?: { readonly workload: string; readonly least: number; readonly most: number };
}

export interface PlannedIngress {
  readonly name: string;
  /** Undefined: the cluster's default class. */
  readonly className: string | undefined;
  /** True where an annotation names the class, which a controller may heed without any IngressClass. */
  readonly byAnnotation?: boolean;
  readonly tls: boolean;
}

export interface PlannedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** What applying the rendered set would make: objects, and of what runs all that judging needs. Never a value of a Secret. */
export interface RenderedSet {
  readonly objects: readonly PlannedObject[];
  readonly workloads: readonly PlannedWorkload[];
  readonly claims: readonly PlannedClaim[];
  readonly ingresses: readonly PlannedIngress[];
  readonly routes: readonly PlannedRoute[];
  readonly autoscalers: readonly PlannedAutoscaler[];
  /** Services of the kinds NodePort and LoadBalancer, which lead in from outside; absent: none. */
  readonly openServices?: readonly string[];
}
export const RENDERED_OBJECTS = evidenceKey<RenderedSet>('rendered.objects', 4);
