import { at, listAt, textAt } from '../../base/json-path.ts';
import { oneLine } from '../../base/printable.ts';
import { externalStore } from '../../deployment/external-secrets.ts';
import { fromClusterIfThere } from '../cluster/connect.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { notRendered } from '../rendered/not-rendered.ts';

/** The ExternalSecret that makes the Secret of the installation, as its operator reports it. */
export interface ExternalSecretFact {
  readonly name: string;
  readonly exists: boolean;
  readonly ready: boolean;
  /** Why it is not ready, in the operator's words. Empty if it is. */
  readonly why: string;
}
export const APP_EXTERNAL_SECRET = evidenceKey<ExternalSecretFact>('app.external-secret', 1);

export const externalSecretCollector: Collector<ExternalSecretFact> = {
  key: APP_EXTERNAL_SECRET,
  timeoutMs: 60_000,
  collect: async (context) => {
    const { deployment, rendered, renderFault, signal } = context;
    const store = deployment === undefined ? undefined : externalStore(deployment);
    if (store === undefined || deployment?.target.type !== 'kubernetes')
      throw new CollectionError('absent', 'a deployment with secrets.store');
    if (rendered?.target !== 'kubernetes') throw notRendered(renderFault);
    const { name } = rendered.secret;
    const { namespace } = deployment.target;
    const right = `get externalsecrets.external-secrets.io in namespace ${namespace}`;
    const path = externalSecretPath(store.apiVersion, namespace, name);
    const found = await fromClusterIfThere(context, right, (cluster) => cluster.get(path, signal));
    return externalSecretFact(name, found);
  },
};

/** The facts of an ExternalSecret as the API returns it; undefined if it does not exist. Pure. */
export function externalSecretFact(name: string, found: unknown): ExternalSecretFact {
  if (found === undefined) return { name, exists: false, ready: false, why: 'it does not exist' };
  const state = readiness(found);
  return { name, exists: true, ready: state.isReady, why: state.isReady ? '' : state.why };
}

/** The path of an ExternalSecret in the API; `version` without the group. */
export function externalSecretPath(version: string, namespace: string, name: string): string {
  return `/apis/external-secrets.io/${version}/namespaces/${namespace}/externalsecrets/${name}`;
}

/** True, or the reason why not. */
type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly why: string };

/**
 * The state of an ExternalSecret. A condition of an earlier generation does not count: `syncedResourceVersion` begins
 * with the generation that was synchronised (External Secrets 0.10 and newer). Pure.
 */
export function readiness(object: unknown): Readiness {
  const ready = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready');
  if (ready === undefined) return { isReady: false, why: 'the operator has not reported a state' };
  const synced = textAt(object, 'status', 'syncedResourceVersion');
  const isOld = synced !== '' && !synced.startsWith(`${String(at(object, 'metadata', 'generation'))}-`);
  if (textAt(ready, 'status') === 'True') {
    return isOld ? { isReady: false, why: 'the operator has not read the change yet' } : { isReady: true };
  }
  const words = [textAt(ready, 'reason'), textAt(ready, 'message')].filter((text) => text !== '');
  return { isReady: false, why: oneLine(words.join(': ')) || 'the operator reports it as not ready' };
}
