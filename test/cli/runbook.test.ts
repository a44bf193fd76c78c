import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runbookHtml } from '../../src/report/html/runbook.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { drillRecordOf } from '../support/drill-record.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const runbook = (...args: readonly string[]) => runCli(['runbook', ...args], { cwd: folder.path });

beforeEach(() => writeFile(join(folder.path, 'difyctl.yaml'), stringify(SAMPLE_FILES['test-compose-bundled'])));

test('a runbook is Markdown on stdout, and a page with --report', async () => {
  const { code, stdout, stderr } = await runbook('--report', 'runbook.html');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')[0]).toBe('# Runbook of dify');
  expect(await readFile(join(folder.path, 'runbook.html'), 'utf8')).toBe(runbookHtml('dify', stdout));
  await runbook('--report', 'runbook.md');
  expect(await readFile(join(folder.path, 'runbook.md'), 'utf8')).toBe(stdout);
});

test('a runbook has its chapters as a document with -o json', async () => {
  const { stdout } = await runbook('-o', 'json');
  const { kind, deployment, target, chapters } = JSON.parse(stdout) as Record<string, unknown>;
  expect({ kind, deployment, target }).toEqual({ kind: 'Runbook', deployment: 'dify', target: 'compose' });
  expect((chapters as readonly { readonly id: string }[]).map(({ id }) => id)).toEqual([
    ...['what-exists', 'who-does-what', 'first-in-every-case', 'container-lost', 'host-lost', 'zone-lost'],
    ...['region-lost', 'data-corruption', 'deleted-files', 'deleted-database', 'lost-secret'],
    ...['ransomware-or-an-intruder', 'bad-upgrade', 'expired-certificate', 'stop-and-start-dify'],
    ...['restore-a-backup-set', 'restore-postgresql-to-a-point-in-time', 'restore-files', 'restore-vectors'],
  ]);
});

test('a runbook takes times from the newest drill, and names a record that it cannot read', async () => {
  const drills = join(folder.path, '.difyctl/dify/drills');
  await mkdir(drills, { recursive: true });
  await writeFile(join(drills, 'drill-20261121T120000Z.json'), JSON.stringify(drillRecordOf()));
  await writeFile(join(drills, 'drill-20261120T120000Z.json'), '{}');
  const { stdout, stderr } = await runbook();
  expect(stdout.split('\n').filter((line) => line.includes('drill of'))).toEqual([
    '| restore of objects | 2m | measured: drill of 2026-11-21, set dify-1 |',
  ]);
  expect(stderr).toBe('  ! this record cannot be read: drill-20261120T120000Z.json: it is not a DrillRecord\n');
});

test('a runbook of a file on standard input names no file of that name', async () => {
  const input = stringify(SAMPLE_FILES['test-compose-bundled']);
  const { stdout } = await runCli(['runbook', '-c', '-'], { cwd: folder.path, input });
  expect(stdout).not.toContain('standard input');
});

test('another ending of the report is refused', async () => {
  expect(await runbook('--report', 'runbook.pdf')).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: "  x --report runbook.pdf: the file's ending must be .md or .html; -o json prints the document\n  exit 2\n",
  });
});
