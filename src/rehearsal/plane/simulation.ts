import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packageFile } from '../../base/package-file.ts';
import { type ControlPlane, kubeconfigFile, serverUrl } from './control-plane.ts';
import { credentialFiles, writeKubeconfig } from './credentials.ts';

/** Address range of simulated pods. Nothing answers there. */
const SIMULATED_PODS = '10.244.128.0/17';

/** The log format of a container runtime: time, stream, F for a full line. */
const POD_LOG =
  '2026-01-01T00:00:00.000000000Z stdout F This pod is simulated (kwok): no process runs in it and nothing is logged.\n';

/** A file of stages for kwok: how simulated objects change. `@FOLDER@` is replaced by the plane's folder. */
export interface StageFile {
  readonly name: string;
  readonly text: string;
}

/** The stages of every simulation: nodes and pods become Ready, and deleted pods disappear. */
export const baseStages = (): readonly StageFile[] =>
  ['nodes', 'pods'].map((name) => ({ name, text: packageFile(`templates/rehearsal/simulation/${name}.yaml`) }));

/** Starts kwok, which simulates the kubelets of all nodes that are marked as simulated. */
export async function startSimulation(plane: ControlPlane, stages: readonly StageFile[]): Promise<void> {
  const { folder, ports, context } = plane;
  const files = credentialFiles(folder);
  const configs: string[] = [];
  for (const { name, text } of stages) {
    const file = path.join(folder, `kwok-${name}.yaml`);
    await writeFile(file, text.replaceAll('@FOLDER@', folder));
    configs.push(file);
  }
  await writeFile(path.join(folder, 'simulated-pod.log'), POD_LOG);
  const kubeconfig = kubeconfigFile(folder, 'kwok');
  await writeKubeconfig({
    file: kubeconfig,
    server: serverUrl(plane),
    caFile: files.serverCertificate,
    token: plane.tokens.kwok,
    context,
    user: 'kwok',
  });
  await plane.start({
    name: 'kwok',
    file: plane.programs.kwok,
    args: [
      `--kubeconfig=${kubeconfig}`,
      ...configs.map((file) => `--config=${file}`),
      '--manage-all-nodes=false',
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      '--node-lease-duration-seconds=40',
      `--cidr=${SIMULATED_PODS}`,
      `--node-port=${ports.kwok}`,
      `--server-address=127.0.0.1:${ports.kwok}`,
      `--tls-cert-file=${files.serverCertificate}`,
      `--tls-private-key-file=${files.serverKey}`,
    ],
  });
}
