import type { GoProgram, Release } from './program.ts';

/** The Kubernetes release of the throwaway control plane. */
export const KUBERNETES = '1.36.3';

/** The version that programs of Kubernetes report. Without it, clients see v0.0.0-master. */
export const kubernetesStamp: Readonly<Record<string, string>> = Object.fromEntries(
  ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
    [`${path}.gitVersion`, `v${KUBERNETES}`],
    [`${path}.gitMajor`, '1'],
    [`${path}.gitMinor`, '36'],
  ]),
);

/** Source: kubernetes.io/releases/download. */
export const kubernetesRelease: Release = {
  url: `https://dl.k8s.io/release/v${KUBERNETES}/bin/{os}/{arch}/{role}`,
  sha256Url: `https://dl.k8s.io/release/v${KUBERNETES}/bin/{os}/{arch}/{role}.sha256`,
};

/** The programs of the throwaway control plane. One program has the three roles of Kubernetes. */
export const PLANE_TABLE = {
  'kube-control': {
    kind: 'go',
    version: KUBERNETES,
    module: 'kubernetes',
    package: './control',
    stamp: kubernetesStamp,
    roles: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
    release: kubernetesRelease,
  },
  /** Source of the URLs: the release page of etcd, github.com/etcd-io/etcd/releases/tag/v3.6.16. */
  etcd: {
    kind: 'go',
    version: '3.6.16',
    module: 'etcd',
    package: 'go.etcd.io/etcd/server/v3',
    release: {
      url: 'https://github.com/etcd-io/etcd/releases/download/v3.6.16/etcd-v3.6.16-{os}-{arch}.tar.gz',
      sha256Url: 'https://github.com/etcd-io/etcd/releases/download/v3.6.16/SHA256SUMS',
      member: 'etcd-v3.6.16-{os}-{arch}/etcd',
    },
  },
  /** Source of the URLs: kwok.sigs.k8s.io, installation, and the digests that GitHub states for release assets. */
  kwok: {
    kind: 'go',
    version: '0.8.0',
    module: 'kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    release: {
      url: 'https://github.com/kubernetes-sigs/kwok/releases/download/v0.8.0/kwok-{os}-{arch}',
      sha256Url: 'https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v0.8.0',
    },
  },
} as const satisfies Readonly<Record<string, GoProgram>>;

/** The programs that run, by the names under which they are started. */
export const PLANE_PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

export type PlaneProgram = (typeof PLANE_PROGRAMS)[number];

/** The path of each program of the control plane. */
export type PlanePrograms = Readonly<Record<PlaneProgram, string>>;
