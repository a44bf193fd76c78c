/**
 * A preflight in a separate process. An event handler throws once the server of the file is connected. Arguments:
 * `FOLDER FORMAT`.
 */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { stringify } from 'yaml';
import { runProcess } from '../../src/cli/frame/process.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';

const [folder = '', format = ''] = process.argv.slice(2);
const server = createServer(() => {
  throw new TypeError('a parser met what it did not expect');
});
server.listen(0, '127.0.0.1', async () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const file = join(folder, 'difyctl.yaml');
  const postgres = {
    mode: 'external',
    host: '127.0.0.1',
    port,
    password: { env: 'A_PASSWORD' },
    tls: { mode: 'disable' },
  };
  await writeFile(file, stringify({ ...SAMPLE_FILES['test-compose-bundled'], postgres }));
  process.env.A_PASSWORD = 'a-password-of-the-test';
  await runProcess(['preflight', '-c', file, '--only', 'postgres.*', '-o', format]);
});
