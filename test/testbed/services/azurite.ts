import { randomBytes } from 'node:crypto';
import path from 'node:path';

import { ensure } from '../provision/ensure.ts';
import {
  removeFolder,
  type Service,
  type ServiceOptions,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';

/** Azurite, Microsoft's own stand-in for Azure Storage: its blob service alone. */
export interface AzuriteService extends Service {
  readonly accountName: string;
  /** Base64, as Azure's are. */
  readonly accountKey: string;
  /** `http://host:port/account`: a stack of one's own has the account in the path. */
  readonly accountUrl: string;
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
    // It refuses who is not signed in, and so it is there.
    await server.ready(async () => ((await fetch(`${accountUrl}?comp=list`)).status >= 400 ? true : undefined));
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, port, accountName: ACCOUNT, accountKey, accountUrl, stop };
}
