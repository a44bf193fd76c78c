/** A program that enforces NetworkPolicies, and how it shows itself in a cluster. */
export interface PolicyEngine {
  readonly title: string;
  /** The name of its DaemonSet. */
  readonly daemonSet: string;
  /**
   * For a DaemonSet that does not always enforce: the container that does, and the argument that switches it on.
   * Absent: the DaemonSet is enough.
   */
  readonly container?: { readonly name: string; readonly argument?: string };
  /** The group of its own API, which a user without the right to list DaemonSets can see. */
  readonly group?: string;
}

/**
 * Sources: the manifests that each project or cloud publishes (Calico v3.31 and its operator, Canal, Cilium 1.18,
 * kube-router v2, Antrea v2, Weave Net 2.8, OVN-Kubernetes, Kube-OVN v1.14, GKE Dataplane V2, Azure NPM, VPC CNI of EKS
 * 1.20 with `enableNetworkPolicy`, Terway of ACK, kubernetes-sigs/kube-network-policies).
 */
export const POLICY_ENGINES: readonly PolicyEngine[] = [
  { title: 'Calico', daemonSet: 'calico-node', group: 'crd.projectcalico.org' },
  { title: 'Canal', daemonSet: 'canal' },
  { title: 'Canal', daemonSet: 'rke2-canal' },
  { title: 'Cilium', daemonSet: 'cilium', group: 'cilium.io' },
  { title: 'GKE Dataplane V2', daemonSet: 'anetd' },
  { title: 'kube-router', daemonSet: 'kube-router' },
  { title: 'Antrea', daemonSet: 'antrea-agent', group: 'crd.antrea.io' },
  { title: 'Weave Net', daemonSet: 'weave-net' },
  { title: 'OVN-Kubernetes', daemonSet: 'ovnkube-node', group: 'k8s.ovn.org' },
  { title: 'Kube-OVN', daemonSet: 'kube-ovn-cni', group: 'kubeovn.io' },
  { title: 'Azure Network Policy Manager', daemonSet: 'azure-npm' },
  {
    title: 'the VPC CNI of EKS',
    daemonSet: 'aws-node',
    container: { name: 'aws-eks-nodeagent', argument: '--enable-network-policy=true' },
  },
  { title: 'Terway', daemonSet: 'terway-eniip', container: { name: 'policy' } },
  { title: 'kube-network-policies', daemonSet: 'kube-network-policies' },
];

/**
 * k3s enforces policies itself, unless it runs with `--disable-network-policy` (docs.k3s.io, Networking Services). Its
 * kubelets report a version such as `v1.34.2+k3s1`.
 */
export const SELF_ENFORCING = { title: 'k3s', version: /\+k3s/ } as const;
