import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boundedJson, tryBoundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';
import { at, textAt } from '../../base/json-path.ts';
import { fromClusterIfThere } from '../cluster/connect.ts';
import type { CollectContext } from '../evidence.ts';
import type { RegistryLogin } from './registry-client.ts';

/** Keys of Docker Hub in `auths`, as docker and Kubernetes accept them. */
const HUB_KEYS = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'];
/** User name that a credential helper returns if the password is an identity token. */
const TOKEN_USER = '<token>';

/** Logins of a docker `config.json` (`auths`), by registry. */
export function loginsIn(document: unknown): ReadonlyMap<string, RegistryLogin> {
  const auths = at(document, 'auths');
  const logins = Object.entries(isObject(auths) ? auths : {}).flatMap(([key, entry]) => {
    const login = loginOf(entry);
    return login === undefined ? [] : [[registryOf(key), login] as const];
  });
  return new Map(logins);
}

function loginOf(entry: unknown): RegistryLogin | undefined {
  const [username, password] = [textAt(entry, 'username'), textAt(entry, 'password')];
  if (username !== '' && password !== '') return { username, password };
  const text = Buffer.from(textAt(entry, 'auth'), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** `https://registry.example.com/v1/` → `registry.example.com`; each of Docker Hub's keys → `docker.io`. */
function registryOf(key: string): string {
  if (HUB_KEYS.includes(key)) return 'docker.io';
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

/**
 * The login that docker on this machine would use: from its config.json, else from the credential helper that it names.
 * Undefined if there is none.
 */
export async function dockerLogin(context: CollectContext, registry: string): Promise<RegistryLogin | undefined> {
  const config = await dockerConfig(context);
  const helper = textAt(config, 'credHelpers', registry) || textAt(config, 'credsStore');
  return loginsIn(config).get(registry) ?? (helper === '' ? undefined : helped(context, helper, registry));
}

/** docker's own config.json as data; undefined if it does not exist or is not JSON. */
export async function dockerConfig({ env }: CollectContext): Promise<unknown> {
  const folder = env.DOCKER_CONFIG ?? (env.HOME === undefined ? undefined : join(env.HOME, '.docker'));
  if (folder === undefined) return undefined;
  return tryBoundedJson(await readFile(join(folder, 'config.json'), 'utf8').catch(() => ''));
}

async function helped(
  { runner, signal }: CollectContext,
  helper: string,
  registry: string,
): Promise<RegistryLogin | undefined> {
  const input = registry === 'docker.io' ? (HUB_KEYS[0] ?? '') : registry;
  try {
    const { stdout } = await runner.run(`docker-credential-${helper}`, ['get'], { input, signal, timeoutMs: 10_000 });
    const answer: unknown = tryBoundedJson(stdout);
    const [username, password] = [textAt(answer, 'Username'), textAt(answer, 'Secret')];
    return password === '' || username === TOKEN_USER ? undefined : { username, password };
  } catch {
    return undefined;
  }
}

/** A pull secret of the cluster. Its logins never become evidence. */
export interface PullSecret {
  readonly type: string;
  readonly logins: ReadonlyMap<string, RegistryLogin>;
}

/**
 * Reads a pull secret. Returns undefined if the Secret does not exist. Throws CollectionError if it may not be read.
 */
export async function readPullSecret(
  context: CollectContext,
  namespace: string,
  name: string,
): Promise<PullSecret | undefined> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const found = await fromClusterIfThere(context, `get secret ${name} in namespace ${namespace}`, (cluster) =>
    cluster.get(path, context.signal),
  );
  if (found === undefined) return undefined;
  return { type: textAt(found, 'type'), logins: loginsIn(contentOf(found)) };
}

/** The current form (`.dockerconfigjson`), or the earlier one (`.dockercfg`), which is `auths` alone. */
function contentOf(secret: unknown): unknown {
  const decoded = (key: string): unknown => {
    try {
      return boundedJson(Buffer.from(textAt(secret, 'data', key), 'base64').toString('utf8'));
    } catch {
      return undefined;
    }
  };
  return decoded('.dockerconfigjson') ?? { auths: decoded('.dockercfg') };
}
