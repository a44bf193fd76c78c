import path from 'node:path';

import { kubeconfigFile } from '../../../../src/rehearsal/plane/control-plane.ts';
import { nodeInterface } from '../state.ts';
import type { TestbedTokens } from '../users.ts';
import { cgroupOf } from './cgroups.ts';

/** The first real node of a testbed, or the second. Only the first runs the cluster's DNS. */
export type NodeIndex = 1 | 2;

/** The range of the pods of all real nodes. Each node has its own part of it. */
export const POD_RANGE = '10.244.0.0/16';

export interface NodePlace {
  /** The testbed's folder. */
  readonly folder: string;
  readonly testbed: string;
  /** Number of the testbed, from which its addresses are derived. */
  readonly number: number;
}

/** The names, paths and addresses of one real node. No two nodes of this machine share one of them. */
export interface NodeSpec {
  readonly name: string;
  /** The folder of the node's own files. */
  readonly folder: string;
  /** The testbed's folder. Its volumes and credentials are there. */
  readonly testbedFolder: string;
  /** This machine's end of the link to the node. */
  readonly link: string;
  readonly cgroup: string;
  readonly addresses: NodeAddresses;
  /** Address of the cluster's DNS. */
  readonly dns: string;
  /** The user whose credentials the kubelet has. */
  readonly user: Extract<keyof TestbedTokens, `kubelet${number}`>;
  readonly runsDns: boolean;
}

/** Addresses of the link between this machine and the node (this end, the node's end), and the range of its pods. */
interface NodeAddresses {
  readonly host: string;
  readonly node: string;
  readonly pods: string;
}

/** The API server listens on `host` of the first node, which both nodes reach. */
function nodeAddresses(number: number, index: NodeIndex): NodeAddresses {
  const first = 4 * (index - 1);
  const pods = `10.244.${index - 1}.0/24`;
  return { host: `10.213.${number}.${first + 1}`, node: `10.213.${number}.${first + 2}`, pods };
}

/** Returns everything that the programs of a node get from its testbed and its index. */
export function nodeSpec({ folder, testbed, number }: NodePlace, index: NodeIndex): NodeSpec {
  const name = `real-${index}`;
  return {
    ...{ name, testbedFolder: folder, folder: path.join(folder, name) },
    link: nodeInterface(number, index),
    cgroup: cgroupOf(testbed, index),
    addresses: nodeAddresses(number, index),
    dns: nodeAddresses(number, 1).node,
    user: `kubelet${index}`,
    runsDns: index === 1,
  };
}

/** Paths of the files of the node's programs. */
export function nodeFiles({ folder, testbedFolder, user }: Pick<NodeSpec, 'folder' | 'testbedFolder' | 'user'>) {
  return {
    kubelet: path.join(folder, 'kubelet.json'),
    kubeletRoot: path.join(folder, 'kubelet'),
    kubeconfig: kubeconfigFile(testbedFolder, user),
    pki: path.join(folder, 'pki'),
    plugins: path.join(folder, 'plugins'),
    proxy: path.join(folder, 'kube-proxy.json'),
    corefile: path.join(folder, 'Corefile'),
    resolv: path.join(folder, 'resolv.conf'),
    /** Exists as soon as the namespaces are ready. */
    ready: path.join(folder, 'ready'),
  };
}

/** The names that tests add to the cluster's DNS. */
export const hostsFile = (testbedFolder: string): string => path.join(testbedFolder, 'hosts');
