import { isIP } from 'node:net';
import { ExternalError, UserError } from '../../base/errors.ts';
import { entriesAt, textAt } from '../../base/json-path.ts';
import { redactor } from '../../base/redact.ts';
import { requiredSecrets } from '../../deployment/required-secrets.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { withPortForward } from '../../evidence/app/port-forward.ts';
import { resolvedSecret } from '../../evidence/secret-values.ts';
import { addressOf } from '../../evidence/vector-store/address.ts';
import { projectContainers } from '../../exec/compose-project.ts';
import { docker } from '../../exec/docker.ts';
import { kubectl } from '../../exec/kubectl.ts';
import type { Runner } from '../../exec/runner.ts';
import { customCa, type Trust } from '../../net/custom-ca.ts';
import { dialHere } from '../../net/dial.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { clientUrl, storeCaFile } from '../../providers/vector-store/registry.ts';
import { PORTS, WEAVIATE } from '../../render/compose/names.ts';
import { storeClient } from './client.ts';
import type { CopiesInput, VectorCopies } from './copies.ts';
import { loadCopies } from './registry.ts';

/** What opens the vector store of a deployment. */
export interface VectorInput {
  readonly deployment: Deployment;
  /** Folder of difyctl.yaml. */
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly runner: Runner;
  readonly kubeArgs: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Calls `use` with the copies of the deployment's vector store. Throws UserError if a secret was not found, and
 * ExternalError if the store does not answer.
 */
export async function withCopies<T>(input: VectorInput, use: (copies: VectorCopies) => Promise<T>): Promise<T> {
  const { deployment, secrets, ...rest } = input;
  const { vectorStore } = deployment;
  refuseUnresolved(secrets);
  const block = vectorStore.mode === 'external' ? `${vectorStore.provider}.` : '';
  const secret = (name: string) => resolvedSecret(secrets, `vectorStore.${block}${name}`);
  const own = requiredSecrets(deployment).filter(({ path }) => path.startsWith('vectorStore.') && secrets.has(path));
  const login = { redact: redactor(own.map(({ path }) => secrets.get(path))), dial: dialHere, signal: input.signal };
  const open = await loadCopies(vectorStore.provider);
  return withAddress(input, async ({ where, base, trust }) => {
    const connect: CopiesInput['connect'] = (headers) => {
      if (base === undefined) throw new Error(`${where} is not reached over HTTP`);
      return storeClient({ ...login, trust, where, base, headers });
    };
    const reach = { ...login, ...trust };
    return use(await open({ ...rest, store: vectorStore, where, secret, connect, reach }));
  });
}

function refuseUnresolved({ unresolved }: SecretValues): void {
  const missing = unresolved.find(({ path }) => path.startsWith('vectorStore.'));
  if (missing === undefined) return;
  throw new UserError(`${missing.path} was not found: ${missing.reason}`, {
    next: ['difyctl checks explain config.secrets'],
  });
}

interface Address {
  /** For messages: `qdrant at qdrant.example.com:6333`. */
  readonly where: string;
  /** Undefined for a store that is not reached over HTTP. */
  readonly base: URL | undefined;
  readonly trust: Trust;
}

async function withAddress<T>(input: VectorInput, use: (address: Address) => Promise<T>): Promise<T> {
  const { deployment, baseDirectory, signal } = input;
  const { vectorStore, target } = deployment;
  if (vectorStore.mode === 'external') {
    const where = `${vectorStore.provider} at ${addressOf(vectorStore)}`;
    const trust = await customCa(storeCaFile(vectorStore), baseDirectory).catch((error: unknown) => {
      throw error instanceof ProbeError ? new UserError(`${where} ${error.message}`) : error;
    });
    return use({ where, trust, base: clientUrl(vectorStore) });
  }
  if (target.type === 'kubernetes') {
    const { namespace } = target;
    const where = `the bundled Weaviate in ${namespace}`;
    const place = { namespace, target: `svc/${WEAVIATE}`, port: SERVICE_PORT, signal };
    return withPortForward(kubectl(input.runner, input.kubeArgs), place, (port) =>
      use({ where, trust: {}, base: new URL(`http://127.0.0.1:${port}`) }),
    );
  }
  const base = new URL(`http://${await containerAddress(deployment.name, input)}:${PORTS.weaviate}`);
  return use({ where: `the container ${WEAVIATE}`, trust: {}, base });
}

/** Port of the Service of Weaviate's chart, whose name is always `weaviate` (weaviate-helm, templates/service.yaml). */
const SERVICE_PORT = 80;

/**
 * The address of the bundled Weaviate's container. Compose publishes no port of it, and the machine of the engine
 * reaches its networks.
 */
async function containerAddress(project: string, { runner, signal }: VectorInput): Promise<string> {
  const networks = '{{json .NetworkSettings.Networks}}';
  const containers = await projectContainers(docker(runner), project, networks, signal);
  const address = containers
    .filter(({ service }) => service === WEAVIATE)
    .flatMap(({ fields }) => entriesAt(fields).map(([, network]) => textAt(network, 'IPAddress')))
    // A stopped container has an empty address.
    .find((one) => isIP(one) !== 0);
  if (address !== undefined) return address;
  throw new ExternalError(`the container ${WEAVIATE} of the project ${project} does not run`, {
    next: [`docker compose -p ${project} up -d ${WEAVIATE}`],
  });
}
