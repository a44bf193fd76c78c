/** What was found on this machine. It is only ever suggested: nothing found here answers a question by itself. */
export interface Found {
  readonly contexts: readonly FoundContext[];
  /** The Docker engine for people: `engine 27.3, 8 CPU, 31 GiB`. */
  readonly docker?: string;
}

/** A context of the kubeconfig, and what its cluster answered, if it was asked and did so in time. */
export interface FoundContext {
  readonly name: string;
  readonly current: boolean;
  readonly cluster?: FoundCluster;
}

export interface FoundCluster {
  /** `v1.34, 6 nodes, 3 zones` */
  readonly summary: string;
  readonly ingressClasses: readonly string[];
  readonly storageClasses: readonly FoundStorageClass[];
}

export interface FoundStorageClass {
  readonly name: string;
  readonly provisioner: string;
  readonly isDefault: boolean;
}

export const NOTHING_FOUND: Found = { contexts: [] };
