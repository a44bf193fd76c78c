import type { HttpAnswer } from '../../net/http.ts';
import type { Driver } from '../driver.ts';
import type { FailureKind, Replication, Setting, Settings } from '../facts.ts';
import { refusal, type SignedClient, StorageError } from '../signed-client.ts';
import { elements, textOf } from '../xml.ts';
import { sharedKey } from './sign.ts';

export interface AzureAccount {
  readonly name: string;
  readonly url: string;
  readonly key: string;
}

/** The oldest API version with blob versions. Self-hosted stacks support it too. */
const VERSION = '2020-10-02';

/** Returns a driver for a container of Azure Blob, with the account's shared key. */
export function azureDriver(wire: SignedClient, account: AzureAccount, container: string): Driver {
  const address = `${account.url}/${container}`;
  const host = new URL(address).hostname;
  const once = async (method: string, url: URL, body: Uint8Array | undefined): Promise<HttpAnswer> => {
    const put = body === undefined ? {} : { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' };
    const headers = { ...put, 'x-ms-date': wire.time().toUTCString(), 'x-ms-version': VERSION };
    const authorization = sharedKey({ method, url, headers, length: body?.length ?? 0 }, account.name, account.key);
    const answer = await wire.send({ method, url, headers: { ...headers, authorization }, ...(body && { body }) });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw azureRefusal(host, answer);
  };
  const ask = async (method: string, path: string, body?: Uint8Array): Promise<HttpAnswer> => {
    const url = new URL(`${address}${path}`);
    try {
      return await once(method, url, body);
    } catch (error) {
      const isClock = error instanceof StorageError && error.failure.kind === 'clock';
      if (!isClock || !wire.followClock()) throw error;
      return once(method, url, body);
    }
  };
  const isOpen = async (path: string): Promise<boolean> => {
    const headers = { 'x-ms-version': VERSION };
    return (await wire.send({ url: new URL(`${address}${path}`), headers })).status === 200;
  };
  const listing = '?restype=container&comp=list';
  return {
    address,
    list: async (prefix) => {
      const xml = (await ask('GET', `${listing}&prefix=${prefix}&maxresults=10`)).body.toString('utf8');
      return elements(xml, 'Blob').map((blob) => textOf(blob, 'Name'));
    },
    put: async (key, body) => ({ version: (await ask('PUT', `/${key}`, body)).headers['x-ms-version-id'] }),
    get: async (key) => (await ask('GET', `/${key}`)).body,
    remove: async (key) => {
      await ask('DELETE', `/${key}`);
      return { mark: undefined };
    },
    purge: async (key, version) => {
      await ask('DELETE', `/${key}?versionid=${encodeURIComponent(version)}`);
    },
    anonymous: async (key) => ({ read: await isOpen(`/${key}`), list: await isOpen(`${listing}&maxresults=1`) }),
    settings: () => azureSettings((query) => ask('GET', query)),
  };
}

/**
 * Returns the settings that an account key can read. Versioning and lifecycle are settings of the account that only
 * Azure's management API shows.
 */
async function azureSettings(ask: (query: string) => Promise<HttpAnswer>): Promise<Settings> {
  const management = { hidden: 'it is a setting of the account' };
  const [acl, account] = await Promise.all([
    header(ask, '?restype=container&comp=acl', 'x-ms-blob-public-access'),
    header(ask, '?restype=account&comp=properties', 'x-ms-sku-name'),
  ]);
  return {
    versioning: management,
    lifecycle: management,
    encryption: { seen: 'by Azure, always' },
    replication: 'hidden' in account ? account : replicationOf(account.seen),
    opened: 'hidden' in acl ? acl : { seen: acl.seen === '' ? [] : [`public access to its ${acl.seen}s`] },
  };
}

/**
 * Returns the replication of an SKU such as `Standard_RAGZRS`, which names the kind of redundancy (Azure, "Get Account
 * Information").
 */
function replicationOf(sku: string): Setting<Replication> {
  const kind = sku.split('_')[1];
  if (kind === undefined) return { hidden: 'x-ms-sku-name' };
  if (/^(RA)?GZ?RS$/.test(kind)) return { seen: 'cross-region' };
  return { seen: kind === 'ZRS' ? 'cross-zone' : 'none' };
}

async function header(
  ask: (query: string) => Promise<HttpAnswer>,
  query: string,
  name: string,
): Promise<Setting<string>> {
  try {
    return { seen: (await ask(query)).headers[name] ?? '' };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { hidden: error.failure.code };
  }
}

/** Kinds of failure of each code (Azure, "Blob service error codes" and "Common REST API error codes"). */
const KINDS: Readonly<Record<string, FailureKind>> = {
  AuthenticationFailed: 'login',
  // With the account's own key this is its firewall, and Azurite's answer to a wrong key.
  AuthorizationFailure: 'login',
  KeyBasedAuthenticationNotPermitted: 'login',
  AccountIsDisabled: 'login',
  InvalidAuthenticationInfo: 'login',
  ContainerNotFound: 'bucket',
  ContainerBeingDeleted: 'bucket',
  ContainerDisabled: 'bucket',
  InvalidResourceName: 'bucket',
  BlobNotFound: 'missing',
  AuthorizationPermissionMismatch: 'denied',
  InsufficientAccountPermissions: 'denied',
  BlobImmutableDueToPolicy: 'locked',
  BlobImmutableDueToLegalHold: 'locked',
};

function azureRefusal(host: string, { status, headers, body }: HttpAnswer): StorageError {
  const xml = body.toString('utf8');
  const code = headers['x-ms-error-code'] ?? textOf(xml, 'Code');
  const isLate = code === 'AuthenticationFailed' && /[Dd]ate header/.test(textOf(xml, 'AuthenticationErrorDetail'));
  return refusal(isLate ? 'clock' : (KINDS[code] ?? (status === 403 ? 'denied' : 'other')), host, status, code);
}
