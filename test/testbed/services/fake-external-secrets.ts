import { setTimeout as delay } from 'node:timers/promises';

import { at, labelsAt, listAt, textAt } from '../../../src/base/json-path.ts';
import { type Api, ApiError } from '../../../src/rehearsal/plane/api.ts';
import { evaluateTemplate } from '../../support/external-secrets-template.ts';

const GROUP = '/apis/external-secrets.io/v1';
const POLL_MS = 100;

/** Plays External Secrets Operator in one namespace. */
export interface FakeExternalSecrets {
  /** The entries of the store: by key, a text or an object of properties. */
  readonly entries: Map<string, string | Readonly<Record<string, string>>>;
  /** From now on, every read of the store fails with this message; undefined: no read fails. */
  failWith(message: string | undefined): void;
  /** Creates the SecretStore, with the state that the operator reports. */
  addStore(name: string, ready: { readonly status: 'True' | 'False'; readonly message: string }): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Reconciles ExternalSecrets as External Secrets 0.16 does (pkg/controllers/externalsecret): the Secret is created from
 * the template and owned by the ExternalSecret; the condition Ready has the reasons and messages of the operator, and
 * an event says which entry is missing. It needs the definitions of the project (`installCrds`).
 */
export function startFakeExternalSecrets(api: Api, namespace: string): FakeExternalSecrets {
  const entries: FakeExternalSecrets['entries'] = new Map();
  let failure: string | undefined;
  const ending = new AbortController();
  const list = `${GROUP}/namespaces/${namespace}/externalsecrets`;
  const reconcileAll = async (): Promise<void> => {
    const { items } = (await api.get(list)) as { readonly items: readonly unknown[] };
    for (const item of items) {
      if (failure !== undefined) await setFailed(api, namespace, item, failure);
      else if (needsWork(item)) await reconcile(api, namespace, item, entries);
    }
  };
  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await reconcileAll().catch((error: unknown) => {
        // The API server still initialises the storage of the kind, or the object has changed: a controller retries.
        if (!(error instanceof ApiError && [404, 409, 429, 500, 503].includes(error.status))) throw error;
      });
      await delay(POLL_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    entries,
    failWith: (message) => {
      failure = message;
    },
    addStore: async (name, { status, message }) => {
      const path = `${GROUP}/namespaces/${namespace}/secretstores`;
      const provider = { fake: { data: [{ key: 'unused', value: 'unused' }] } };
      const reason = status === 'True' ? 'Valid' : 'InvalidProviderConfig';
      await api.create(path, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'SecretStore',
        metadata: { name },
        spec: { provider },
      });
      await setReady(api, `${path}/${name}`, { status, reason, message }, {});
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

function needsWork(item: unknown): boolean {
  const ready = listAt(item, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready');
  const synced = textAt(item, 'status', 'syncedResourceVersion');
  return textAt(ready, 'status') !== 'True' || synced !== `${String(at(item, 'metadata', 'generation'))}-fake`;
}

async function reconcile(
  api: Api,
  namespace: string,
  item: unknown,
  entries: FakeExternalSecrets['entries'],
): Promise<void> {
  const name = textAt(item, 'metadata', 'name');
  const path = `${GROUP}/namespaces/${namespace}/externalsecrets/${name}`;
  try {
    const values = valuesOf(item, entries);
    await writeSecret(api, namespace, item, values);
    const synced = { syncedResourceVersion: `${String(at(item, 'metadata', 'generation'))}-fake` };
    await setReady(api, path, { status: 'True', reason: 'SecretSynced', message: 'secret synced' }, synced);
  } catch (error) {
    if (!(error instanceof MissingEntry)) throw error;
    const message = 'could not get secret data from provider';
    if (messageOf(item) !== message) await warn(api, namespace, item, error.message);
    await setFailed(api, namespace, item, message);
  }
}

function messageOf(item: unknown): string {
  return textAt(listAt(item, 'status', 'conditions')[0], 'message');
}

async function setFailed(api: Api, namespace: string, item: unknown, message: string): Promise<void> {
  const path = `${GROUP}/namespaces/${namespace}/externalsecrets/${textAt(item, 'metadata', 'name')}`;
  if (messageOf(item) === message) return;
  await setReady(api, path, { status: 'False', reason: 'SecretSyncedError', message }, {});
}

class MissingEntry extends Error {}

function valuesOf(item: unknown, entries: FakeExternalSecrets['entries']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    listAt(item, 'spec', 'data').map((one, index) => {
      const [key, property] = [textAt(one, 'remoteRef', 'key'), textAt(one, 'remoteRef', 'property')];
      const entry = entries.get(key);
      const value = typeof entry === 'object' ? entry[property] : property === '' ? entry : undefined;
      if (value !== undefined) return [textAt(one, 'secretKey'), value];
      throw new MissingEntry(`error processing spec.data[${index}] (key: ${key}), err: Secret does not exist`);
    }),
  );
}

async function writeSecret(
  api: Api,
  namespace: string,
  item: unknown,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const name = textAt(item, 'spec', 'target', 'name');
  const template = at(item, 'spec', 'target', 'template');
  const data = Object.entries(labelsAt(template, 'data')).map(([key, text]) => {
    return [key, Buffer.from(evaluateTemplate(text, values)).toString('base64')];
  });
  const owner = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name: textAt(item, 'metadata', 'name'),
    uid: textAt(item, 'metadata', 'uid'),
    controller: true,
    blockOwnerDeletion: true,
  };
  const metadata = {
    name,
    labels: labelsAt(template, 'metadata', 'labels'),
    annotations: labelsAt(template, 'metadata', 'annotations'),
    ownerReferences: [owner],
  };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: Object.fromEntries(data) };
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  await api.create(secrets, secret).catch(async (error: unknown) => {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
    await api.patch(`${secrets}/${name}`, secret);
  });
}

interface Ready {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

async function setReady(api: Api, path: string, ready: Ready, more: object): Promise<void> {
  const conditions = [{ type: 'Ready', ...ready, lastTransitionTime: new Date().toISOString() }];
  await api.patch(`${path}/status`, { status: { conditions, ...more } });
}

async function warn(api: Api, namespace: string, item: unknown, message: string): Promise<void> {
  const [name, uid] = [textAt(item, 'metadata', 'name'), textAt(item, 'metadata', 'uid')];
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await api.create(`/api/v1/namespaces/${namespace}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name}.` },
    involvedObject: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', namespace, name, uid },
    type: 'Warning',
    reason: 'UpdateFailed',
    message,
    firstTimestamp: time,
    lastTimestamp: time,
  });
}
