import { execa } from 'execa';
import { expect, test } from 'vitest';
import { runbookChapters } from '../../src/runbook/runbook.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { runbookOf } from '../support/runbooks.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensureDebian } from '../testbed/provision/debian.ts';
import { startMinio } from '../testbed/services/minio.ts';

const minio = useTestbed(
  async () => {
    await ensureDebian(['rclone']);
    return startMinio({ buckets: ['dify', 'dify-plugin'], versioning: true });
  },
  (server) => server.stop(),
);

/** Stores an object, and returns the time of its newest version. */
async function put(key: string, body: string): Promise<Date> {
  await minio.get().request('PUT', `/dify/${key}`, { body });
  const { body: list } = await minio.get().request('GET', '/dify', { query: 'versions=' });
  const times = [...list.matchAll(/<LastModified>([^<]+)</g)].map(([, time = '']) => Date.parse(time));
  return new Date(Math.max(...times));
}

async function text(key: string): Promise<string> {
  const { status, body } = await minio.get().request('GET', `/dify/${key}`);
  return status === 200 ? body : String(status);
}

test('the commands of a runbook restore deleted and replaced objects as of a moment, and keep newer ones', async () => {
  const { endpoint, region, accessKey, secretKey } = minio.get();
  const file = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
  const deployment = parsedDeployment({
    ...file,
    objectStorage: {
      provider: 's3',
      s3: { endpoint, region, bucket: 'dify', accessKey: { env: 'ACCESS' }, secretKey: { env: 'SECRET' } },
    },
  });
  await put('deleted.txt', 'deleted');
  const good = await put('replaced.txt', 'right');
  // Versions of the next second: rclone compares times of whole seconds.
  const moment = new Date(Math.ceil(good.getTime() / 1_000) * 1_000);
  while ((await put('newer.txt', 'newer')) <= moment) {}
  await put('replaced.txt', 'wrong');
  await minio.get().request('DELETE', '/dify/deleted.txt');

  const chapter = runbookChapters(runbookOf(deployment)).find(({ id }) => id === 'restore-files')?.text ?? '';
  const [, commands = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(chapter) ?? [];
  const env = {
    PATH: process.env.PATH,
    HOME: '/nowhere',
    ACCESS: accessKey,
    SECRET: secretKey,
    TIME: moment.toISOString(),
  };
  await execa('bash', ['-euo', 'pipefail', '-c', commands], { env, extendEnv: false });

  expect(await text('deleted.txt')).toBe('deleted');
  expect(await text('replaced.txt')).toBe('right');
  expect(await text('newer.txt')).toBe('newer');
});
