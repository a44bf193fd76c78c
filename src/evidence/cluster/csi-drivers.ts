import { listAt, textAt } from '../../base/json-path.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import { fromCluster } from './connect.ts';

export interface CsiDriversFact {
  /** Names of the CSIDriver objects. */
  readonly drivers: readonly string[];
  /** Number of nodes that report their drivers; simulated ones do not. */
  readonly nodes: number;
  /** Number of nodes that have a driver, by its name. */
  readonly onNodes: Readonly<Record<string, number>>;
}
export const CSI_DRIVERS = evidenceKey<CsiDriversFact>('cluster.csi-drivers', 1);

const STORAGE = '/apis/storage.k8s.io/v1';

/** The drivers that create and mount volumes; empty if the rendered set has no claim. */
export const csiDriversCollector: Collector<CsiDriversFact> = {
  key: CSI_DRIVERS,
  timeoutMs: 140_000,
  collect: async (context, need) => {
    const { claims } = await need(RENDERED_OBJECTS);
    if (claims.length === 0) return { drivers: [], nodes: 0, onNodes: {} };
    const list = <T>(resource: string, project: (item: unknown) => T) =>
      fromCluster(context, `list ${resource}.storage.k8s.io`, (cluster) =>
        cluster.list(`${STORAGE}/${resource}`, project, context.signal),
      );
    const [drivers, nodes] = await Promise.all([
      list('csidrivers', (driver) => textAt(driver, 'metadata', 'name')),
      list('csinodes', (node) => listAt(node, 'spec', 'drivers').map((driver) => textAt(driver, 'name'))),
    ]);
    const onNodes: Record<string, number> = {};
    for (const name of nodes.flat()) onNodes[name] = (onNodes[name] ?? 0) + 1;
    return { drivers, nodes: nodes.length, onNodes };
  },
};
