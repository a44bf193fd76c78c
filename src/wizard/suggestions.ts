/** What was found on this machine. It is only ever suggested: nothing found here answers a question by itself. */
export interface Suggestions {
  readonly contexts: readonly SuggestedContext[];
  /** The Docker engine for people: `engine 27.3, 8 CPU, 31 GiB`. */
  readonly docker?: string;
}

/** A context of the kubeconfig, and what its cluster answered, if it was asked and did so in time. */
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
