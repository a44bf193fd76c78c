import { textAt } from '../../base/json-path.ts';
import { startDaemon } from '../processes/daemon.ts';
import type { PlanePrograms } from '../programs/table.ts';
import type { Api } from './api.ts';
import {
  type ControlPlane,
  kubeconfigFile,
  logFile,
  type PlanePorts,
  PORT_NAMES,
  serverUrl,
  startControlPlane,
} from './control-plane.ts';
import { credentialFiles, planeUsers, writeCredentials, writeKubeconfig } from './credentials.ts';
import { poll } from './poll.ts';
import { freePorts } from './ports.ts';
import { openPlane } from './record.ts';
import { type StageFile, startSimulation } from './simulation.ts';

/** The context in the kubeconfig of a throwaway control plane. */
const CONTEXT = 'difyctl-rehearsal';

/**
 * Controllers that do not run, because no process and no connection depends on endpoints here. They make a fifth of all
 * requests of a drill. Kubernetes 1.28 renamed them and accepts these names too.
 */
const WITHOUT = ['endpoint', 'endpointslice', 'endpointslicemirroring'];

/** Go collects garbage less often, up to a size that only a large shape reaches. It saves a tenth of the time. */
const GO_SETTINGS = { GOGC: '400', GOMEMLIMIT: '1GiB' } as const;

/** A running control plane that is removed after the rehearsal. */
export interface Throwaway {
  readonly api: Api;
  /** Arguments of kubectl and helm that choose it. */
  readonly kubeArgs: readonly string[];
  /** Version of its API server, such as `1.36.3`. */
  readonly kubernetes: string;
  /** Port that simulated kubelets announce. */
  readonly kubeletPort: number;
  /** Ends its programs and removes its folder. */
  stop(): Promise<void>;
}

export interface ThrowawayOptions {
  readonly programs: PlanePrograms;
  /** The folder under which it has its own. */
  readonly cache: string;
  readonly stages: readonly StageFile[];
  readonly signal: AbortSignal;
}

/**
 * Starts a control plane on loopback with its own credentials. Nothing remains if the start fails. Throws ExternalError
 * if it does not become ready, Interrupted for an aborted signal.
 */
export async function startThrowaway({ programs, cache, stages, signal }: ThrowawayOptions): Promise<Throwaway> {
  const record = await openPlane(cache);
  const { folder } = record;
  try {
    const numbers = await freePorts(PORT_NAMES.length, new Set());
    const ports = Object.fromEntries(PORT_NAMES.map((name, index) => [name, numbers[index]])) as unknown as PlanePorts;
    const tokens = await writeCredentials(folder, planeUsers('rehearsal'));
    const start: ControlPlane['start'] = async (spec) =>
      record.add(await startDaemon({ ...spec, folder, log: logFile(folder, spec.name), env: GO_SETTINGS }));
    const place = { folder, context: CONTEXT, address: '127.0.0.1', disabledControllers: WITHOUT };
    const plane = { ...place, ports, tokens, programs, start, signal };
    const api = await startControlPlane(plane);
    const kubeconfig = kubeconfigFile(folder, 'admin');
    await writeKubeconfig({
      ...{ file: kubeconfig, server: serverUrl(plane), context: CONTEXT, user: 'rehearsal-admin' },
      ...{ caFile: credentialFiles(folder).serverCertificate, token: tokens.admin },
    });
    await startSimulation(plane, stages);
    await untilPodsCanBeMade(api, signal);
    const kubernetes = textAt(await api.get('/version'), 'gitVersion').replace(/^v/, '');
    const stop = async (): Promise<void> => {
      api.close();
      await record.remove();
    };
    return {
      api,
      kubeArgs: ['--kubeconfig', kubeconfig, '--context', CONTEXT],
      kubernetes,
      kubeletPort: ports.kwok,
      stop,
    };
  } catch (error) {
    await record.remove();
    throw error;
  }
}

/** Waits for the default service account, which every pod needs. */
async function untilPodsCanBeMade(api: Api, signal: AbortSignal): Promise<void> {
  const path = '/api/v1/namespaces/default/serviceaccounts/default';
  await poll(
    'the controller manager of the rehearsal works',
    async () => (await api.get(path)) !== undefined || undefined,
    {
      signal,
    },
  );
}
