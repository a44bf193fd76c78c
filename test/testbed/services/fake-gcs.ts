import { ensure } from '../provision/ensure.ts';
import {
  removeFolder,
  type Service,
  type ServiceOptions,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';

/** fake-gcs-server: Google Cloud Storage's JSON API without authentication. */
export interface FakeGcsService extends Service {
  readonly url: string;
  /** Creates a bucket with these fields in addition to its name. */
  addBucket(name: string, fields?: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Starts fake-gcs-server, which stores everything in memory. */
export async function startFakeGcs(options: ServiceOptions = {}): Promise<FakeGcsService> {
  const program = (await ensure(['fake-gcs-server']))['fake-gcs-server'];
  const folder = await serviceFolder('gcs');
  const host = options.bind ?? '127.0.0.1';
  const port = await servicePort(options);
  const server = await startProcess({
    name: 'fake-gcs',
    file: program,
    // It accepts uploads for its configured host names only, and for any Host header if that is `*`.
    args: [
      '-scheme',
      'http',
      '-host',
      host,
      '-port',
      String(port),
      '-backend',
      'memory',
      '-public-host',
      'storage.googleapis.com',
    ],
    folder,
  });
  const url = `http://${host}:${port}`;
  const stop = async (): Promise<void> => {
    await server.end();
    await removeFolder(folder);
  };
  try {
    await server.ready(async () => ((await fetch(`${url}/storage/v1/b?project=p`)).ok ? true : undefined));
  } catch (error) {
    await stop();
    throw error;
  }
  const addBucket: FakeGcsService['addBucket'] = async (name, fields = {}) => {
    const body = JSON.stringify({ name, ...fields });
    const answer = await fetch(`${url}/storage/v1/b?project=p`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`fake-gcs-server answered ${answer.status}: ${await answer.text()}`);
  };
  return { host, port, url, addBucket, stop };
}
