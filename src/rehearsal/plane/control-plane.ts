import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { type DaemonSpec, logTail } from '../processes/daemon.ts';
import type { PlanePrograms } from '../programs/table.ts';
import { Api } from './api.ts';
import { credentialFiles, type Tokens, writeKubeconfig } from './credentials.ts';
import { poll } from './poll.ts';

/** The ports of a control plane, all on `address` or on loopback. */
export const PORT_NAMES = ['etcd', 'etcdPeer', 'apiserver', 'controllerManager', 'scheduler', 'kwok'] as const;
export type PlanePorts = Readonly<Record<(typeof PORT_NAMES)[number], number>>;

export interface ControlPlane {
  readonly folder: string;
  /** The name of cluster and context in kubeconfigs. */
  readonly context: string;
  readonly ports: PlanePorts;
  readonly tokens: Tokens;
  readonly programs: PlanePrograms;
  /** Address that the API server listens on: loopback, or the machine's end of the link to a real node. */
  readonly address: string;
  /** Starts a daemon and records it. */
  readonly start: (spec: Omit<DaemonSpec, 'folder' | 'log'>) => Promise<unknown>;
  /** Controllers of the controller manager that do not run. Default: none. */
  readonly disabledControllers?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** The URL of the API server. */
export const serverUrl = ({ address, ports }: Pick<ControlPlane, 'address' | 'ports'>): string =>
  `https://${address}:${ports.apiserver}`;

/**
 * Requests a second of the controller manager and of the scheduler. The defaults (20 and 50) protect an API server with
 * many clients. Here they only add waits: 4 s at the start alone.
 */
const QPS = 1000;
const BURST = 2000;

const SERVICE_RANGE = '10.96.0.0/16';
/** On loopback, the API server announces this address instead, on which nothing listens (TEST-NET-2, RFC 5737). */
const ANNOUNCED_WITHOUT_NODE = '198.51.100.1';

export const logFile = (folder: string, name: string): string => path.join(folder, 'logs', `${name}.log`);
export const kubeconfigFile = (folder: string, user: string): string => path.join(folder, `${user}.kubeconfig`);

/** Starts etcd, API server, controller manager and scheduler. Returns when the API server is ready. */
export async function startControlPlane(plane: ControlPlane): Promise<Api> {
  const { folder, ports, programs, signal } = plane;
  const server = serverUrl(plane);
  const files = credentialFiles(folder);
  const etcdUrl = `http://127.0.0.1:${ports.etcd}`;
  const peerUrl = `http://127.0.0.1:${ports.etcdPeer}`;
  await plane.start({
    name: 'etcd',
    file: programs.etcd,
    args: [
      `--data-dir=${path.join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      // Its data is deleted with the control plane, so writes need not reach the disk.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
  });
  await plane.start({ name: 'kube-apiserver', file: programs['kube-apiserver'], args: apiserverArgs(plane, etcdUrl) });
  const explain = (): Promise<string[]> => logTail(logFile(folder, 'kube-apiserver'));
  const api = await poll(
    'the API server is ready',
    async () => {
      const client = await Api.connect({ server, caFile: files.serverCertificate, token: plane.tokens.admin });
      try {
        await client.get('/readyz');
        return client;
      } catch (error) {
        client.close();
        throw error;
      }
    },
    { timeoutMs: 120_000, explain, signal },
  );
  await startControllers(plane, server);
  return api;
}

function apiserverArgs(plane: ControlPlane, etcdUrl: string): string[] {
  const { ports, address } = plane;
  const files = credentialFiles(plane.folder);
  return [
    `--etcd-servers=${etcdUrl}`,
    `--bind-address=${address}`,
    `--secure-port=${ports.apiserver}`,
    `--advertise-address=${address === '127.0.0.1' ? ANNOUNCED_WITHOUT_NODE : address}`,
    `--cert-dir=${files.pki}`,
    `--token-auth-file=${files.tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    // Otherwise logs and exec resolve the node's name in DNS.
    '--kubelet-preferred-address-types=InternalIP,Hostname',
    '--profiling=false',
  ];
}

async function startControllers(plane: ControlPlane, server: string): Promise<void> {
  const { folder, ports, programs, context, disabledControllers = [] } = plane;
  const files = credentialFiles(folder);
  const kubeconfig = async (user: 'controllerManager' | 'scheduler'): Promise<string> => {
    const file = kubeconfigFile(folder, user);
    await writeKubeconfig({ file, server, caFile: files.serverCertificate, token: plane.tokens[user], context, user });
    return file;
  };
  const common = ['--bind-address=127.0.0.1', `--cert-dir=${files.pki}`];
  const controllerManager = await kubeconfig('controllerManager');
  await plane.start({
    name: 'kube-controller-manager',
    file: programs['kube-controller-manager'],
    args: [
      ...common,
      ...['--leader-elect=false', '--profiling=false'],
      ...[`--kube-api-qps=${QPS}`, `--kube-api-burst=${BURST}`],
      `--kubeconfig=${controllerManager}`,
      `--secure-port=${ports.controllerManager}`,
      `--service-account-private-key-file=${files.serviceAccountKey}`,
      `--root-ca-file=${files.serverCertificate}`,
      '--use-service-account-credentials=true',
      // On a busy machine kwok may renew the nodes' Leases late. Only a drill or a test makes a node NotReady.
      '--node-monitor-grace-period=10m',
      `--controllers=${['*', ...disabledControllers.map((name) => `-${name}`)].join(',')}`,
    ],
  });
  const config = path.join(folder, 'scheduler.json');
  await writeFile(config, JSON.stringify(schedulerConfig(await kubeconfig('scheduler'))));
  await plane.start({
    name: 'kube-scheduler',
    file: programs['kube-scheduler'],
    args: [...common, `--config=${config}`, `--secure-port=${ports.scheduler}`],
  });
}

/** The scheduler's own configuration (kubernetes.io, kube-scheduler Configuration, v1). */
function schedulerConfig(kubeconfig: string): object {
  return {
    ...{ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
    clientConnection: { kubeconfig, qps: QPS, burst: BURST },
    leaderElection: { leaderElect: false },
    enableProfiling: false,
    // A pod that found no node is tried again after a second (default: up to 10 s), so that no run waits for it.
    ...{ podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 1 },
  };
}
