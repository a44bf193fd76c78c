import { at, labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { type CollectContext, CollectionError } from '../../evidence.ts';
import type { WorkloadVariables } from '../variables.ts';
import { getObject, type LiveObject, liveWorkloads } from './objects.ts';
import { commandOf, mainContainer } from './workloads.ts';

type Kind = 'ConfigMap' | 'Secret';
type Sources = ReadonlyMap<string, Readonly<Record<string, string>>>;

/**
 * The variables of the main container of each workload, as the kubelet resolves them: `env` replaces `envFrom`, and a
 * later source replaces an earlier one. Throws CollectionError if one of the named ConfigMaps, or of the Secrets if
 * `withSecrets`, may not be read. Without `withSecrets`, variables from Secrets are left out.
 */
export async function workloadVariables(
  context: CollectContext,
  withSecrets: boolean,
): Promise<readonly WorkloadVariables[]> {
  const workloads = await liveWorkloads(context);
  const read = async (kind: Kind): Promise<readonly (readonly [string, Readonly<Record<string, string>>])[]> => {
    const all = workloads.flatMap((one) => referenced(kind, mainContainer(one.object)));
    const needed = new Map(all.map(({ name }) => [name, all.some((one) => one.name === name && one.isNeeded)]));
    return Promise.all(
      [...needed].map(async ([name, isNeeded]) => {
        return [`${kind}/${name}`, await dataOf(context, kind, { name, isNeeded })] as const;
      }),
    );
  };
  const sources: Sources = new Map([...(await read('ConfigMap')), ...(withSecrets ? await read('Secret') : [])]);
  return workloads.map((workload) => variablesOf(workload, sources));
}

function variablesOf({ name, object }: LiveObject, sources: Sources): WorkloadVariables {
  const container = mainContainer(object);
  const from = listAt(container, 'envFrom').flatMap((source) => {
    const prefix = textAt(source, 'prefix');
    const data = {
      ...sources.get(`ConfigMap/${textAt(source, 'configMapRef', 'name')}`),
      ...sources.get(`Secret/${textAt(source, 'secretRef', 'name')}`),
    };
    return Object.entries(data).map(([key, value]) => [`${prefix}${key}`, value] as const);
  });
  const own = listAt(container, 'env').flatMap((one) => {
    const value = variableValue(one, sources);
    return value === undefined ? [] : [[textAt(one, 'name'), value] as const];
  });
  return { workload: name, variables: Object.fromEntries([...from, ...own]), command: commandOf(container) };
}

/** The value of an item of `env`; undefined if its source does not exist, was not read, or is a field of the pod. */
function variableValue(item: unknown, sources: Sources): string | undefined {
  const literal = at(item, 'value');
  if (typeof literal === 'string') return literal;
  const [configMap, secret] = [at(item, 'valueFrom', 'configMapKeyRef'), at(item, 'valueFrom', 'secretKeyRef')];
  if (configMap !== undefined) return sources.get(`ConfigMap/${textAt(configMap, 'name')}`)?.[textAt(configMap, 'key')];
  if (secret !== undefined) return sources.get(`Secret/${textAt(secret, 'name')}`)?.[textAt(secret, 'key')];
  // The API server removes an empty `value`.
  return at(item, 'valueFrom') === undefined ? '' : undefined;
}

const REFERENCES = {
  ConfigMap: { from: 'configMapRef', key: 'configMapKeyRef' },
  Secret: { from: 'secretRef', key: 'secretKeyRef' },
} as const;

/** An object that a container takes variables from. */
interface Reference {
  readonly name: string;
  /** True if the pod cannot start without it. */
  readonly isNeeded: boolean;
}

function referenced(kind: Kind, container: unknown): readonly Reference[] {
  const { from, key } = REFERENCES[kind];
  return [
    ...listAt(container, 'envFrom').map((source) => at(source, from)),
    ...listAt(container, 'env').map((one) => at(one, 'valueFrom', key)),
  ]
    .map((reference) => ({ name: textAt(reference, 'name'), isNeeded: at(reference, 'optional') !== true }))
    .filter(({ name }) => name !== '');
}

/** The data of an object; empty if it does not exist. Throws CollectionError for a missing Secret that a pod needs. */
async function dataOf(
  context: CollectContext,
  kind: Kind,
  { name, isNeeded }: Reference,
): Promise<Readonly<Record<string, string>>> {
  const object = await getObject(context, kind === 'Secret' ? 'secrets' : 'configmaps', name);
  if (object === undefined && isNeeded && kind === 'Secret')
    throw new CollectionError('absent', `${kind} ${name} does not exist`);
  const data = Object.entries(labelsAt(object, 'data'));
  if (kind === 'ConfigMap') return Object.fromEntries(data);
  return Object.fromEntries(data.map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
}
