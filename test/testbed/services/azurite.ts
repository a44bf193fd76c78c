import { randomBytes } from 'node:crypto';
import path from 'node:path';

import { sharedKey } from '../../../src/storage/azure/sign.ts';
import { ensure } from '../provision/ensure.ts';
import {
  removeFolder,
  type Service,
  type ServiceOptions,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';

/** Azurite, Microsoft's emulator of Azure Storage: only its blob service. */
export interface AzuriteService extends Service {
  readonly accountName: string;
  /** Base64, like Azure's keys. */
  readonly accountKey: string;
  /** `http://host:port/account`: outside of Azure the account is in the path. */
  readonly accountUrl: string;
  /** Creates a private container. With `public`, everyone may read and list it. */
  addContainer(name: string, options?: { readonly public?: boolean }): Promise<void>;
  /** Sends a signed request and returns the body of the answer. `path`: `/CONTAINER/BLOB`, percent-encoded. */
  request(method: 'GET' | 'PUT' | 'DELETE', path: string, options?: RequestOptions): Promise<string>;
}

interface RequestOptions {
  readonly query?: string;
  /** In lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ACCOUNT = 'difytests';

/** Starts the blob service of Azurite with one account. */
export async function startAzurite(options: ServiceOptions = {}): Promise<AzuriteService> {
  const { azurite } = await ensure(['azurite']);
  const folder = await serviceFolder('azurite');
  const host = options.bind ?? '127.0.0.1';
  const port = await servicePort(options);
  const accountKey = randomBytes(64).toString('base64');
  const server = await startProcess({
    name: 'azurite',
    file: process.execPath,
    args: [
      azurite,
      '--silent',
      '--disableTelemetry',
      '--blobHost',
      host,
      '--blobPort',
      String(port),
      '--location',
      path.join(folder, 'data'),
    ],
    folder,
    env: { AZURITE_ACCOUNTS: `${ACCOUNT}:${accountKey}` },
  });
  const accountUrl = `http://${host}:${port}/${ACCOUNT}`;
  const stop = async (): Promise<void> => {
    await server.end();
    await removeFolder(folder);
  };
  try {
    // It refuses a request without a login, so it is running.
    await server.ready(async () => ((await fetch(`${accountUrl}?comp=list`)).status >= 400 ? true : undefined));
  } catch (error) {
    await stop();
    throw error;
  }
  const request: AzuriteService['request'] = async (method, path, { query = '', headers = {}, body } = {}) => {
    const url = new URL(`${accountUrl}${path}${query === '' ? '' : `?${query}`}`);
    const type: Readonly<Record<string, string>> =
      body === undefined ? {} : { 'content-type': 'application/octet-stream' };
    const sent = { ...type, ...headers, 'x-ms-date': new Date().toUTCString(), 'x-ms-version': '2020-10-02' };
    const length = Buffer.byteLength(body ?? '');
    const authorization = sharedKey({ method, url, headers: sent, length }, ACCOUNT, accountKey);
    const content = body === undefined ? {} : { body };
    const answer = await fetch(url, { method, headers: { ...sent, authorization }, ...content });
    const text = await answer.text();
    if (answer.status >= 300) throw new Error(`Azurite answered ${answer.status} to ${method} ${path}: ${text}`);
    return text;
  };
  const addContainer: AzuriteService['addContainer'] = async (name, { public: isPublic = false } = {}) => {
    const headers: Readonly<Record<string, string>> = isPublic ? { 'x-ms-blob-public-access': 'container' } : {};
    await request('PUT', `/${name}`, { query: 'restype=container', headers });
  };
  return { host, port, accountName: ACCOUNT, accountKey, accountUrl, addContainer, request, stop };
}
