import path from 'node:path';

import { type DaemonSpec, logTail } from '../processes/daemon.ts';
import type { ProgramName } from '../provision/programs.ts';
import { Api } from './api.ts';
import { credentialFiles, type Tokens, writeKubeconfig } from './credentials.ts';
import { poll } from './poll.ts';
import type { ClusterState } from './state.ts';

/** The programs of the control plane. */
export const CONTROL_PLANE = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const satisfies readonly ProgramName[];

export interface ControlPlane {
  readonly folder: string;
  readonly state: ClusterState;
  readonly tokens: Tokens;
  readonly programs: Readonly<Record<(typeof CONTROL_PLANE)[number], string>>;
  /** Address that the API server listens on: loopback, or the machine's end of the link to the real node. */
  readonly address: string;
  /** Starts a daemon and records it. */
  readonly start: (spec: Omit<DaemonSpec, 'folder' | 'log'>) => Promise<unknown>;
}

const SERVICE_RANGE = '10.96.0.0/16';
/** On loopback, the API server announces this address instead, on which nothing listens (TEST-NET-2, RFC 5737). */
const ANNOUNCED_WITHOUT_NODE = '198.51.100.1';

export const logFile = (folder: string, name: string): string => path.join(folder, 'logs', `${name}.log`);
export const kubeconfigFile = (folder: string, user: string): string => path.join(folder, `${user}.kubeconfig`);
export const contextName = (name: string): string => `testbed-${name}`;

/** Starts etcd, API server, controller manager and scheduler. Returns when the API server is ready. */
export async function startControlPlane(plane: ControlPlane, server: string): Promise<Api> {
  const { folder, state, programs } = plane;
  const files = credentialFiles(folder);
  const etcdUrl = `http://127.0.0.1:${state.ports.etcd}`;
  const peerUrl = `http://127.0.0.1:${state.ports.etcdPeer}`;
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
      // Its data is deleted with the testbed, so writes need not reach the disk.
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
    { timeoutMs: 120_000, explain },
  );
  await startControllers(plane, server);
  return api;
}

function apiserverArgs(plane: ControlPlane, etcdUrl: string): string[] {
  const { state, address } = plane;
  const files = credentialFiles(plane.folder);
  return [
    `--etcd-servers=${etcdUrl}`,
    `--bind-address=${address}`,
    `--secure-port=${state.ports.apiserver}`,
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
  const { folder, state, programs } = plane;
  const files = credentialFiles(folder);
  const kubeconfig = async (user: 'controllerManager' | 'scheduler'): Promise<string> => {
    const file = kubeconfigFile(folder, user);
    const context = contextName(state.name);
    await writeKubeconfig({ file, server, caFile: files.serverCertificate, token: plane.tokens[user], context, user });
    return file;
  };
  const common = ['--leader-elect=false', '--bind-address=127.0.0.1', `--cert-dir=${files.pki}`, '--profiling=false'];
  const controllerManager = await kubeconfig('controllerManager');
  await plane.start({
    name: 'kube-controller-manager',
    file: programs['kube-controller-manager'],
    args: [
      ...common,
      `--kubeconfig=${controllerManager}`,
      `--secure-port=${state.ports.controllerManager}`,
      `--service-account-private-key-file=${files.serviceAccountKey}`,
      `--root-ca-file=${files.serverCertificate}`,
      '--use-service-account-credentials=true',
      // On a busy machine kwok may renew the nodes' Leases late. Only a test shall make a node NotReady.
      '--node-monitor-grace-period=10m',
      // Likewise for the late heartbeats of a busy two-core machine: tests that need NotReady set it themselves.
      '--node-monitor-grace-period=10m',
    ],
  });
  const scheduler = await kubeconfig('scheduler');
  await plane.start({
    name: 'kube-scheduler',
    file: programs['kube-scheduler'],
    args: [...common, `--kubeconfig=${scheduler}`, `--secure-port=${state.ports.scheduler}`],
  });
}
