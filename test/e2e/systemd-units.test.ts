import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderCompose } from '../../src/render/compose/render.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { fakeSecrets } from '../support/secrets.ts';
import { architecture } from '../testbed/debian/architecture.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';

const INTERVALS = ['5m', '1h', '6h', '1d', '7d', '30d', '90d', '365d'];
/** What systemd-analyze prints for a service below "MEDIUM" (systemd-analyze.1, security). */
const MOST_EXPOSED = 4;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'difyctl-units-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs Debian's systemd-analyze. Its units are those of the package, and the rendered ones. */
async function analyze(...args: readonly string[]) {
  const { root, env } = await debianTree(DEBIAN_SETS.systemd);
  const own = path.join(root, 'usr/lib', architecture().triplet, 'systemd');
  return execa(path.join(root, 'usr/bin/systemd-analyze'), args, {
    env: {
      ...env,
      LD_LIBRARY_PATH: `${own}:${env.LD_LIBRARY_PATH ?? ''}`,
      SYSTEMD_UNIT_PATH: `${folder}:${path.join(root, 'lib/systemd/system')}`,
    },
    stdin: 'ignore',
    reject: false,
    all: true,
  });
}

async function writeUnits(interval: string): Promise<readonly string[]> {
  const backup = {
    repository: './backup',
    interval,
    password: { file: './password' },
    recipients: [`age1${'q'.repeat(58)}`],
  };
  const recovery = { vectorStore: { strategy: 'rebuild' }, drills: { interval }, backup };
  const deployment = parsedDeployment({ ...SAMPLE_FILES['prod-compose-s3-qdrant'], recovery });
  const { files } = renderCompose(deployment, fakeSecrets(deployment), { baseDirectory: '/srv/my dify 100%' });
  const units = files.filter(({ path: file }) => file.startsWith('systemd/'));
  const written = units.map(({ path: file, content }) => ({ file: path.join(folder, path.basename(file)), content }));
  for (const { file, content } of written) await writeFile(file, content);
  return written.map(({ file }) => file);
}

test.each(INTERVALS)('systemd accepts the services and timers of an interval of %s', async (interval) => {
  const verified = await analyze('verify', '--man=no', ...(await writeUnits(interval)));
  expect(verified, verified.all).toMatchObject({ exitCode: 0, all: '' });
});

test('systemd-analyze security rates a service below medium', async () => {
  const [service = ''] = await writeUnits('1d');
  const rated = await analyze('security', '--offline=yes', '--no-pager', service);
  const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(rated.all ?? '') ?? [];
  expect(Number(exposure), rated.all).toBeLessThan(MOST_EXPOSED);
});
