/** What discovery found on this machine. These values are only suggested; none of them answers a question by itself. */
export interface Suggestions {
  readonly contexts: readonly SuggestedContext[];
  /** The Docker engine as text: `engine 27.3, 8 CPU, 31 GiB`. */
  readonly docker?: string;
}

/** A context of the kubeconfig. `cluster` is missing if the cluster was not queried or did not answer in time. */
export interface SuggestedContext {
  readonly name: string;
  readonly current: boolean;
  readonly cluster?: ObservedCluster;
}

export interface ObservedCluster {
  /** `v1.34, 6 nodes, 3 zones` */
  readonly summary: string;
  readonly ingressClasses: readonly string[];
  readonly storageClasses: readonly ObservedStorageClass[];
}

export interface ObservedStorageClass {
  readonly name: string;
  readonly provisioner: string;
  readonly isDefault: boolean;
}

export const NO_SUGGESTIONS: Suggestions = { contexts: [] };
