import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';
import type { Api } from '../../../src/rehearsal/plane/api.ts';
import { kubeconfigFile } from '../../../src/rehearsal/plane/control-plane.ts';
import { parseNodes } from '../../../src/rehearsal/plane/node-class.ts';
import { poll } from '../../../src/rehearsal/plane/poll.ts';
import { HELD_NOT_READY, nodeManifest } from '../../../src/rehearsal/plane/simulated-node.ts';
import { PROGRAMS } from '../provision/programs.ts';
import { annotatePods } from './admission.ts';
import type { RealNode } from './real/real-node.ts';
import { type ClusterState, contextName, saveState } from './state.ts';

/** Paths of the programs that a user of the cluster runs. */
export interface ClusterTools {
  readonly kubectl?: string;
  readonly helm3?: string;
  readonly helm4?: string;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** Ways in which a simulated pod can fail (test/testbed/cluster/simulation/pod-faults.yaml). */
export type PodFault = 'crash-loop' | 'never-ready' | 'image-pull' | 'restarting';

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly taints?: readonly Taint[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const FAULT = 'simulation/fault';
/** The current time in whole seconds, in the format of Kubernetes. */
const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
const nodePath = (name: string): string => `/api/v1/nodes/${name}`;

/** A running testbed cluster. */
export class Cluster {
  readonly name: string;
  readonly folder: string;
  /** An administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly context: string;
  readonly server: string;
  readonly tools: ClusterTools;
  readonly api: Api;
  /** The nodes that run real containers. */
  readonly realNodes: readonly RealNode[];
  readonly #state: ClusterState;
  readonly #takeDown: () => Promise<void>;

  constructor(parts: {
    state: ClusterState;
    folder: string;
    server: string;
    tools: ClusterTools;
    api: Api;
    realNodes: readonly RealNode[];
    takeDown: () => Promise<void>;
  }) {
    this.#state = parts.state;
    this.#takeDown = parts.takeDown;
    this.name = parts.state.name;
    this.folder = parts.folder;
    this.kubeconfig = kubeconfigFile(parts.folder, 'admin');
    this.context = contextName(parts.state.name);
    this.server = parts.server;
    this.tools = parts.tools;
    this.api = parts.api;
    this.realNodes = parts.realNodes;
  }

  /** The first node that runs real containers. Undefined if none was requested. */
  get realNode(): RealNode | undefined {
    return this.realNodes[0];
  }

  /** Stops the cluster and removes everything that it created. */
  async down(): Promise<void> {
    this.api.close();
    await this.#takeDown();
  }

  /** Adds simulated nodes, such as `2x8C32G`. Returns their names when they are Ready. */
  async addNodes(nodes: string): Promise<string[]> {
    const names: string[] = [];
    for (const nodeClass of parseNodes(nodes)) {
      const manifest = nodeManifest({
        class: nodeClass,
        index: this.#state.nodes,
        zones: this.#state.zones,
        kubeletPort: this.#state.ports.kwok,
        kubernetesVersion: PROGRAMS['kube-control'].version,
      });
      this.#state.nodes += 1;
      await this.api.create('/api/v1/nodes', manifest);
      names.push(manifest.metadata.name);
    }
    await saveState(this.#state);
    await Promise.all(names.map((name) => this.#untilReady(name)));
    return names;
  }

  async removeNode(name: string): Promise<void> {
    await this.api.delete(nodePath(name));
  }

  /** Marks a node as unschedulable, or schedulable again. */
  async cordon(name: string, unschedulable = true): Promise<void> {
    await this.api.patch(nodePath(name), { spec: { unschedulable } });
  }

  /** Adds a taint. It replaces one with the same key and effect. */
  async taint(name: string, taint: Taint): Promise<void> {
    const node = (await this.api.get(nodePath(name))) as NodeObject;
    const others = (node.spec.taints ?? []).filter(({ key, effect }) => key !== taint.key || effect !== taint.effect);
    await this.api.patch(nodePath(name), { spec: { taints: [...others, taint] } });
  }

  /** Removes every taint of this key. */
  async untaint(name: string, key: string): Promise<void> {
    const node = (await this.api.get(nodePath(name))) as NodeObject;
    await this.api.patch(nodePath(name), {
      spec: { taints: (node.spec.taints ?? []).filter((taint) => taint.key !== key) },
    });
  }

  /** Makes a simulated node's kubelet report that it is not Ready. The controller manager then taints the node. */
  async setNotReady(name: string): Promise<void> {
    await this.api.patch(nodePath(name), { metadata: { annotations: { [HELD_NOT_READY]: 'true' } } });
    const condition = {
      type: 'Ready',
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'container runtime is down (simulated)',
      lastHeartbeatTime: now(),
      lastTransitionTime: now(),
    };
    await this.api.patch(`${nodePath(name)}/status`, { status: { conditions: [condition] } }, 'strategic');
    await this.#untilTainted(name, true);
  }

  /** Reverts `setNotReady`. */
  async setReady(name: string): Promise<void> {
    await this.api.patch(nodePath(name), { metadata: { annotations: { [HELD_NOT_READY]: null } } });
    await this.#untilReady(name);
  }

  /**
   * Makes pods fail that are created from now on with these labels, by any client (a mutating admission policy adds the
   * annotation that the simulation reads). Returns a function that ends it; pods that failed already stay failed.
   */
  async failPods(labels: Readonly<Record<string, string>>, fault: PodFault): Promise<() => Promise<void>> {
    return await annotatePods(this.api, labels, { [FAULT]: fault });
  }

  /** Makes simulated pods with these labels become Ready after this duration (`20s`). Otherwise like `failPods`. */
  async delayPods(labels: Readonly<Record<string, string>>, duration: string): Promise<() => Promise<void>> {
    return await annotatePods(this.api, labels, { 'simulation/start-after': duration });
  }

  /** Runs the cluster's kubectl as administrator and returns its stdout. Throws execa's error if it fails. */
  async kubectl(args: readonly string[], options: { readonly input?: string } = {}): Promise<string> {
    const kubectl = this.tools.kubectl ?? 'kubectl';
    const { stdout } = await execa(kubectl, ['--kubeconfig', this.kubeconfig, ...args], {
      ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    });
    return stdout;
  }

  /** Applies manifests with kubectl. */
  async apply(...manifests: readonly object[]): Promise<void> {
    await this.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }),
    });
  }

  /** Creates a folder for PATH with the testbed's `kubectl`, and `helm` of this major version. */
  async binFolder(helm: 3 | 4 = 4): Promise<string> {
    const folder = path.join(this.folder, `bin-helm${helm}`);
    await mkdir(folder, { recursive: true });
    const links = { kubectl: this.tools.kubectl, helm: helm === 3 ? this.tools.helm3 : this.tools.helm4 };
    for (const [name, target] of Object.entries(links)) {
      if (target === undefined) continue;
      await symlink(target, path.join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }
    return folder;
  }

  async #untilReady(name: string): Promise<void> {
    await poll(`node ${name} is Ready`, async () => {
      const node = (await this.api.get(nodePath(name))) as NodeObject;
      const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
      return ready === true && !isTaintedNotReady(node) ? true : undefined;
    });
  }

  async #untilTainted(name: string, tainted: boolean): Promise<void> {
    await poll(`node ${name} is tainted`, async () => {
      const node = (await this.api.get(nodePath(name))) as NodeObject;
      return isTaintedNotReady(node) === tainted ? true : undefined;
    });
  }
}

const isTaintedNotReady = (node: NodeObject): boolean =>
  node.spec.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready') ?? false;
