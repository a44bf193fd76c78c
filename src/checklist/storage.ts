/**
 * Provisioners whose volumes can be mounted by pods on several nodes at once (ReadWriteMany), from the vendors' own
 * driver documentation (kubernetes-csi.github.io/docs/drivers.html and each driver's page). A pattern matches the whole
 * name; a `*` at its beginning matches anything.
 */
const SHARED = [
  'efs.csi.aws.com',
  'fsx.csi.aws.com',
  'file.csi.azure.com',
  'kubernetes.io/azure-file',
  'filestore.csi.storage.gke.io',
  'nfs.csi.k8s.io',
  'smb.csi.k8s.io',
  '*nfs-subdir-external-provisioner',
  '*nfs-client-provisioner',
  '*cephfs.csi.ceph.com',
  'driver.longhorn.io',
  'csi.juicefs.com',
  'pxd.portworx.com',
  'nasplugin.csi.alibabacloud.com',
  'com.tencent.cloud.csi.cfs',
  'nas.csi.everest.io',
  'sfsturbo.csi.everest.io',
  'nas.csi.volcengine.com',
  'csi.weka.io',
  'csi.vastdata.com',
  'csi.quobyte.com',
  'beegfs.csi.netapp.com',
  'manila.csi.openstack.org',
  'nfs.manila.csi.openstack.org',
];

const SINGLE_NODE = [
  'ebs.csi.aws.com',
  'ebs.csi.eks.amazonaws.com',
  'kubernetes.io/aws-ebs',
  'disk.csi.azure.com',
  'kubernetes.io/azure-disk',
  'pd.csi.storage.gke.io',
  'kubernetes.io/gce-pd',
  'diskplugin.csi.alibabacloud.com',
  'com.tencent.cloud.csi.cbs',
  'disk.csi.everest.io',
  'ebs.csi.volcengine.com',
  'cinder.csi.openstack.org',
  'dobs.csi.digitalocean.com',
  'linodebs.csi.linode.com',
  'csi.hetzner.cloud',
  'csi.scaleway.com',
  '*rbd.csi.ceph.com',
  'rancher.io/local-path',
  '*local-path-provisioner',
  'k8s.io/minikube-hostpath',
  'docker.io/hostpath',
  'openebs.io/local',
  'zfs.csi.openebs.io',
  'local.csi.openebs.io',
  'topolvm.io',
  'topolvm.cybozu.com',
  'kubernetes.io/no-provisioner',
];

/** Whether a provisioner can make ReadWriteMany volumes; `unknown` if it is not listed. */
export function sharesVolumes(provisioner: string): 'yes' | 'no' | 'unknown' {
  if (SHARED.some((pattern) => isNamed(provisioner, pattern))) return 'yes';
  return SINGLE_NODE.some((pattern) => isNamed(provisioner, pattern)) ? 'no' : 'unknown';
}

function isNamed(provisioner: string, pattern: string): boolean {
  return pattern.startsWith('*') ? provisioner.endsWith(pattern.slice(1)) : provisioner === pattern;
}

/** CSI drivers whose names do not contain `csi`, from the same list of drivers. */
const CSI_BY_ANOTHER_NAME = ['driver.longhorn.io', 'pxd.portworx.com', 'topolvm.io', 'topolvm.cybozu.com'];

/**
 * True if a provisioner is a CSI driver, which the nodes must have. Others (in-tree ones, local-path, hostpath, NFS
 * subdirectories) make volumes without a driver on the nodes.
 */
export function isCsiDriver(provisioner: string): boolean {
  return provisioner.split(/[.-]/).includes('csi') || CSI_BY_ANOTHER_NAME.includes(provisioner);
}
