import { isCsiDriver } from '../../checklist/storage.ts';
import { STORAGE_CLASSES } from '../../evidence/cluster/classes.ts';
import { CSI_DRIVERS, type CsiDriversFact } from '../../evidence/cluster/csi-drivers.ts';
import { CLUSTER_RELEASE } from '../../evidence/cluster/release.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check, Status } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { notObserved } from '../services/probed.ts';
import { errorInProdElseWarning, onKubernetesWithFile } from '../when.ts';
import { classOf, newClaims } from './storage-class.ts';

/** A class is only a name: without its driver, claims stay pending and report that they wait for a provisioner. */
export const csiDriver: Check = {
  id: 'cluster.storage.driver',
  title: 'the drivers of the storage classes in use are installed',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, STORAGE_CLASSES],
  optional: [CLUSTER_RELEASE, CSI_DRIVERS],
  remedy: 'install the driver, or set target.storageClass to a class whose driver is installed',
  judge: (context) => {
    const classes = context.evidence(STORAGE_CLASSES);
    const used = newClaims(context).flatMap((claim) => classOf(claim, classes) ?? []);
    const drivers = [...new Set(used.map(({ provisioner }) => provisioner).filter(isCsiDriver))];
    if (drivers.length === 0) return pass('no new volume needs a CSI driver');
    const seen = context.optionalEvidence(CSI_DRIVERS);
    // A user who may not list drivers does not maintain the cluster: skip.
    if (seen?.data === undefined) return notObserved(seen?.missing ?? 'no CSI drivers');
    const installed = seen.data;
    const expected = 'a driver for every storage class in use, on the nodes';
    const faults = drivers.flatMap((driver) => faultOf(driver, installed));
    if (faults.length === 0) return pass(`${listed(drivers)} installed`, expected);
    const status = faults.some((one) => one.status === 'fail') ? 'fail' : 'warn';
    const observed = listed(faults.map((one) => one.observed));
    return finding(status, { observed, expected, message: `claims would stay pending: ${observed}` });
  },
};

interface DriverFault {
  readonly status: Extract<Status, 'fail' | 'warn'>;
  readonly observed: string;
}

function faultOf(driver: string, { drivers, nodes, onNodes }: CsiDriversFact): readonly DriverFault[] {
  const isThere = drivers.includes(driver);
  if ((onNodes[driver] ?? 0) > 0 || (isThere && nodes === 0)) return [];
  if (isThere) return [{ status: 'fail', observed: `driver ${driver} runs on none of ${nodes} nodes` }];
  // A driver can work without a CSIDriver object; then only the nodes list it. Without nodes this is a warning.
  const status = nodes === 0 ? 'warn' : 'fail';
  return [{ status, observed: `CSI driver ${driver} does not exist` }];
}
