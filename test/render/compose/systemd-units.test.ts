import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderCompose } from '../../../src/render/compose/render.ts';
import type { RenderedFile } from '../../../src/render/rendered.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { expectGolden } from '../../support/golden.ts';
import { fakeSecrets } from '../../support/secrets.ts';

const BACKUP = {
  repository: './backup',
  interval: '6h',
  password: { env: 'DIFY_BACKUP_PASSWORD' },
  recipients: [`age1${'q'.repeat(58)}`],
};
const RECOVERY = { vectorStore: { strategy: 'rebuild' }, drills: { interval: '90d' }, backup: BACKUP };

function units(name: 'prod-compose-s3-qdrant' | 'test-compose-bundled', inputs = {}): readonly RenderedFile[] {
  const recovery =
    name === 'test-compose-bundled' ? { ...RECOVERY, backup: { ...BACKUP, password: { file: './p' } } } : RECOVERY;
  const deployment = parsedDeployment({ ...SAMPLE_FILES[name], recovery });
  const { files } = renderCompose(deployment, fakeSecrets(deployment), { baseDirectory: '/srv/dify', ...inputs });
  return files.filter(({ path }) => path.startsWith('systemd/'));
}

const lineOf = (files: readonly RenderedFile[], path: string, start: string): string | undefined =>
  files
    .find((one) => one.path === path)
    ?.content.split('\n')
    .find((line) => line.startsWith(start));

test('the units of scheduled backups equal their golden folder', async () => {
  const files = units('prod-compose-s3-qdrant');
  await expectGolden(join(import.meta.dirname, 'golden-units'), files);
  expect(new Set(files.map(({ mode }) => mode))).toEqual(new Set([0o644]));
});

test('bundled PostgreSQL and secrets without variables: a drill too, and no file of variables', () => {
  const files = units('test-compose-bundled');
  const works = ['backup', 'drill', 'prune', 'verify'];
  expect(files.map(({ path }) => path)).toEqual(
    works.flatMap((work) => [`systemd/dify-${work}.service`, `systemd/dify-${work}.timer`]),
  );
  expect(lineOf(files, 'systemd/dify-backup.service', 'EnvironmentFile')).toBeUndefined();
});

test('the service names the file of the run, with a path that systemd reads as one word', () => {
  const files = units('prod-compose-s3-qdrant', { baseDirectory: '/srv/my dify', file: '/srv/my dify/100%.yaml' });
  const service = 'systemd/dify-backup.service';
  expect(lineOf(files, service, 'ExecStart=')).toBe(
    'ExecStart=/usr/bin/env difyctl backup --config "/srv/my dify/100%%.yaml" --no-color',
  );
  expect(lineOf(files, service, 'ReadWritePaths=')?.trim()).toBe(
    'ReadWritePaths="/srv/my dify" /srv/dify "-/srv/my dify/backup"',
  );
});

test.each(['/srv/$HOME', '/srv/"dify"', '/srv/a\\b', '/srv/a\nb'])('%j is refused as a path', (baseDirectory) => {
  expect(() => units('prod-compose-s3-qdrant', { baseDirectory })).toThrow(
    `a systemd unit cannot contain the path ${JSON.stringify(`${baseDirectory}/difyctl.yaml`)}`,
  );
});
