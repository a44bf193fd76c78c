import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/registry.ts';
import { CLUSTER_ADMISSION } from '../../../src/evidence/cluster/admission.ts';
import { CLUSTER_AUTOSCALER } from '../../../src/evidence/cluster/autoscaler.ts';
import { INGRESS_CLASSES, STORAGE_CLASSES } from '../../../src/evidence/cluster/classes.ts';
import { CSI_DRIVERS } from '../../../src/evidence/cluster/csi-drivers.ts';
import { CLUSTER_DNS } from '../../../src/evidence/cluster/dns.ts';
import { CLUSTER_GATEWAYS } from '../../../src/evidence/cluster/gateways.ts';
import { CLUSTER_LIMITS } from '../../../src/evidence/cluster/limits.ts';
import { METRICS_APIS } from '../../../src/evidence/cluster/metrics-apis.ts';
import { CLUSTER_NODES, type NodeFact } from '../../../src/evidence/cluster/nodes.ts';
import { CLUSTER_PODS } from '../../../src/evidence/cluster/pods.ts';
import { CLUSTER_POLICY_ENGINES } from '../../../src/evidence/cluster/policy-engines.ts';
import { PRIORITY_CLASSES } from '../../../src/evidence/cluster/priority-classes.ts';
import { QUOTA_OWN } from '../../../src/evidence/cluster/quota-own.ts';
import { CLUSTER_NAMESPACE, CLUSTER_RELEASE } from '../../../src/evidence/cluster/release.ts';
import { CLUSTER_RIGHTS } from '../../../src/evidence/cluster/rights.ts';
import { CLUSTER_VERSION } from '../../../src/evidence/cluster/version.ts';
import type { EvidenceKey } from '../../../src/evidence/evidence.ts';
import { RELEASE_INSTALLED } from '../../../src/evidence/release/installed.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { KUBECTL } from '../../../src/evidence/tools.ts';
import { judged } from '../../support/check-runs.ts';
import { GIB, NO_PODS, nodes, rendered, shape, workload } from '../../support/cluster-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';

const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
type Seen = readonly (readonly [EvidenceKey<unknown>, unknown])[];

interface Twin {
  readonly version: string;
  readonly nodes: readonly NodeFact[];
  readonly autoscaler?: { readonly karpenter: boolean; readonly clusterAutoscaler: boolean | 'unseen' };
  readonly storage: readonly (readonly [name: string, provisioner: string, isDefault?: boolean])[];
  readonly ingressClass: string;
  readonly dnsPods: number;
  /** Ids that may warn: the present nodes are too few, and an autoscaler may add more. */
  readonly warns?: readonly string[];
}

/** A node pool of its own kind, with what that cloud writes on its nodes and reserves of them. */
function pool(
  count: number,
  memoryGiB: number,
  labels: Readonly<Record<string, string>>,
  over: Partial<NodeFact> = {},
) {
  return nodes(count, { zones: 3, memoryGiB }).map((one) => ({
    ...one,
    ...over,
    name: `${one.name}${over.name ?? ''}`,
    labels: { ...one.labels, ...labels },
  }));
}

/** What Autopilot keeps for its own add-ons. */
const small = { cpu: 2, memory: 3.8 * GIB, pods: 32 };

const TWINS: Readonly<Record<string, Twin>> = {
  'EKS, managed node groups': {
    version: 'v1.33.4-eks-99d6cc0',
    nodes: pool(6, 30.9, { 'eks.amazonaws.com/nodegroup': 'main', 'eks.amazonaws.com/capacityType': 'ON_DEMAND' }),
    storage: [
      ['gp3', 'ebs.csi.aws.com', true],
      ['efs', 'efs.csi.aws.com'],
    ],
    ingressClass: 'alb',
    dnsPods: 2,
  },
  'EKS Auto Mode': {
    version: 'v1.34.1-eks-113cf36',
    nodes: pool(2, 30.9, { 'karpenter.sh/nodepool': 'general-purpose', 'eks.amazonaws.com/compute-type': 'auto' }),
    autoscaler: { karpenter: true, clusterAutoscaler: false },
    storage: [['auto-ebs', 'ebs.csi.eks.amazonaws.com', true]],
    ingressClass: 'alb',
    // DNS runs on the nodes themselves.
    dnsPods: 0,
    warns: ['cluster.capacity.nodes', 'cluster.capacity.fit', 'cluster.zones'],
  },
  'GKE Standard, an Arm pool beside': {
    version: 'v1.33.5-gke.1080000',
    nodes: [
      ...pool(6, 31.3, { 'cloud.google.com/gke-nodepool': 'main' }),
      ...pool(
        2,
        31.3,
        { 'cloud.google.com/gke-nodepool': 'arm' },
        {
          name: '-arm',
          architecture: 'arm64',
          taints: [{ key: 'kubernetes.io/arch', value: 'arm64', effect: 'NoSchedule' }],
        },
      ),
    ],
    storage: [
      ['standard-rwo', 'pd.csi.storage.gke.io', true],
      ['standard', 'kubernetes.io/gce-pd'],
      ['standard-rwx', 'filestore.csi.storage.gke.io'],
    ],
    ingressClass: 'nginx',
    dnsPods: 2,
  },
  'GKE Autopilot, before Dify runs': {
    version: 'v1.34.1-gke.1829001',
    nodes: pool(
      1,
      3.8,
      { 'cloud.google.com/gke-provisioning': 'standard' },
      { capacity: small, allocatable: small },
    ).map((one) => ({ ...one, name: 'gk3-dify-pool-2-0a1b' })),
    autoscaler: { karpenter: false, clusterAutoscaler: true },
    storage: [['standard-rwo', 'pd.csi.storage.gke.io', true]],
    ingressClass: 'nginx',
    dnsPods: 0,
    warns: ['cluster.capacity.nodes', 'cluster.capacity.fit', 'cluster.zones'],
  },
  'AKS, system pool kept for add-ons': {
    version: 'v1.33.3',
    nodes: [
      ...pool(6, 31.3, { 'kubernetes.azure.com/mode': 'user', agentpool: 'work' }),
      ...pool(
        3,
        7.8,
        { 'kubernetes.azure.com/mode': 'system', agentpool: 'system' },
        {
          name: '-system',
          taints: [{ key: 'CriticalAddonsOnly', value: 'true', effect: 'NoSchedule' }],
        },
      ),
    ],
    storage: [
      ['default', 'disk.csi.azure.com', true],
      ['azurefile-csi', 'file.csi.azure.com'],
    ],
    ingressClass: 'webapprouting.kubernetes.azure.com',
    dnsPods: 2,
  },
  ACK: {
    version: 'v1.33.3-aliyun.1',
    nodes: pool(6, 30.6, {
      'alibabacloud.com/nodepool-id': 'np1',
      'node.alibabacloud.com/instance-charge-type': 'PostPaid',
    }),
    storage: [
      ['alicloud-disk-essd', 'diskplugin.csi.alibabacloud.com'],
      ['alibabacloud-cnfs-nas', 'nasplugin.csi.alibabacloud.com', true],
    ],
    ingressClass: 'nginx',
    dnsPods: 2,
  },
};

function evidenceOf(twin: Twin): Seen {
  const { version, autoscaler = { karpenter: false, clusterAutoscaler: false }, storage, ingressClass, dnsPods } = twin;
  const planned = rendered({
    workloads: ['api', 'worker', 'web'].map((name) => workload(`dify-${name}`, 3, shape(1, 2))),
    ingresses: [{ name: 'dify', className: ingressClass, tls: true }],
    objects: [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'dify-sandbox' }],
  });
  return [
    [CLUSTER_VERSION, { gitVersion: version }],
    [KUBECTL, { version: version.slice(1), fault: undefined }],
    [CLUSTER_NODES, twin.nodes],
    [CLUSTER_PODS, NO_PODS],
    [CLUSTER_AUTOSCALER, autoscaler],
    [STORAGE_CLASSES, storage.map(([name, provisioner, isDefault = false]) => ({ name, provisioner, isDefault }))],
    [INGRESS_CLASSES, [{ name: ingressClass, controller: 'example.com/x', isDefault: false }]],
    [CLUSTER_DNS, { pods: dnsPods, ready: dnsPods }],
    [CLUSTER_LIMITS, { quotas: [], ranges: [] }],
    [QUOTA_OWN, {}],
    [PRIORITY_CLASSES, []],
    [CSI_DRIVERS, { drivers: [], nodes: 0, onNodes: {} }],
    [CLUSTER_GATEWAYS, []],
    [METRICS_APIS, {}],
    [CLUSTER_POLICY_ENGINES, { engines: ['Calico'], by: 'daemonsets', apiServer: [] }],
    [CLUSTER_ADMISSION, { namespaceExists: true, asked: 40, refusals: [] }],
    [CLUSTER_NAMESPACE, { name: 'dify', exists: true, phase: 'Active', enforces: '' }],
    [CLUSTER_RELEASE, { status: undefined, revision: undefined, claims: [] }],
    [RELEASE_INSTALLED, { images: [], records: [] }],
    [CLUSTER_RIGHTS, { namespace: 'dify', rights: [], unknownKinds: [] }],
    [RENDERED_OBJECTS, planned],
  ];
}

describe.each(Object.entries(TWINS))('a healthy %s', (_, twin) => {
  it.each(CHECKS.filter(({ id }) => /^(cluster|release)\./.test(id)).map((check) => [check.id, check] as const))(
    'has no finding in %s',
    (id, check) => {
      const asked = check.when?.(deployment, 'prod') ?? true;
      if (asked !== true) return;
      const { status, message } = judged(check, { deployment, seen: evidenceOf(twin) });
      const allowed = twin.warns?.includes(id) === true ? ['pass', 'warn'] : ['pass', 'skip'];
      expect(allowed, message).toContain(status);
    },
  );
});
