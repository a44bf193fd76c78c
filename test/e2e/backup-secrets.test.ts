import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { boundedYaml } from '../../src/base/bounded-yaml.ts';
import { isObject } from '../../src/base/json.ts';
import { contentsOf, PLANTED, STORAGE, useBackupScene } from '../support/backup-fixture.ts';
import { formsOf, told } from '../support/compose-fixture.ts';
import { TENANT } from '../support/dify-data.ts';
import { until } from '../support/recorder.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';

/** Every command of backups runs once. Afterwards each place that a stranger can read is searched for each secret. */
const engine = useSharedDockerHost([]);
const testbed = useBackupScene(() => engine.docker);

const at = (...parts: readonly string[]): string => testbed.get().at(...parts);
const IDENTITY = ['--identity', 'key.txt'];
const COMMANDS: readonly (readonly string[])[] = [
  ['backup', '--verbose'],
  ['backup', 'list', '-o', 'json'],
  ['backup', 'verify', '--all', '--verbose'],
  ['drill', ...IDENTITY, '-o', 'json'],
  ['backup', 'prune', '--yes'],
  ['restore', 'latest', '--dry-run', '-o', 'json', ...IDENTITY],
  ['restore', 'latest', '--yes', '--name', 'dify', '--verbose', ...IDENTITY],
  ['status', '-o', 'json'],
  ['runbook'],
];

/** Everything that was printed. */
const printed: string[] = [];
/** Arguments and variables of programs that difyctl started. */
const started: string[] = [];
/** Modes of temporary files and folders: `folder 700`. */
const modes = new Set<string>();
let secrets: readonly string[] = [];

const linesOf = (pid: number | string): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');

/**
 * Notes the arguments and variables of the programs that run now. The variables of difyctl itself are the operator's,
 * and those of a program that has not begun yet (between fork and exec) are difyctl's.
 */
async function noteProcesses(own: number): Promise<void> {
  const ownLine = await linesOf(own);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await linesOf(pid);
    const variables = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (variables.includes(testbed.get().recorder.folder)) started.push(line, ...(line === ownLine ? [] : [variables]));
  }
}

async function noteTemporary(): Promise<void> {
  const { temporary } = testbed.get();
  for (const entry of await readdir(temporary, { withFileTypes: true })) {
    const found = await stat(path.join(temporary, entry.name)).catch(() => undefined);
    if (found !== undefined)
      modes.add(`${found.isDirectory() ? 'folder' : 'file'} ${(found.mode & 0o777).toString(8)}`);
  }
}

beforeAll(async () => {
  const { place, recorder } = testbed.get();
  for (const words of COMMANDS) {
    const run = await place.start(...words);
    let isOver = false;
    void run.outcome.then(() => {
      isOver = true;
    });
    await until(async () => {
      await noteProcesses(run.pid);
      await noteTemporary();
      return isOver || undefined;
    });
    const ended = await run.outcome;
    expect(ended.code, `${words.join(' ')}: ${told(ended)}`).toBe(0);
    printed.push(ended.stdout, ended.stderr);
  }
  for (const { args, env } of await recorder.calls()) started.push([...args, ...Object.values(env)].join('\n'));
  const [stored] = boundedYaml(await readFile(at('.difyctl/dify/secrets.yaml'), 'utf8'));
  const generated = isObject(stored) && isObject(stored.secrets) ? Object.values(stored.secrets).map(String) : [];
  const key = await readFile(at(STORAGE, `privkeys/${TENANT}/private.pem`), 'utf8');
  const identity = (await readFile(at('key.txt'), 'utf8')).trim();
  secrets = [...Object.values(PLANTED), ...generated, key.split('\n')[3] ?? '', identity];
});

/** The secrets that are in the texts, in any form. */
function shown(texts: readonly string[]): readonly string[] {
  const all = texts.join('\n');
  return secrets.filter((secret) => formsOf(secret).some((form) => all.includes(form)));
}

describe('the secrets of a deployment', () => {
  test('are those that this file searches for', () => {
    expect(secrets.length).toBeGreaterThan(10);
    expect(secrets.filter((one) => one.length < 16)).toEqual([]);
    for (const secret of secrets) expect(shown([`x${secret}y`])).toContain(secret);
  });

  test('are in no output and in no report', () => {
    expect(printed).toHaveLength(2 * COMMANDS.length);
    expect(shown(printed)).toEqual([]);
  });

  test('are in no argument and no variable of a program', () => {
    expect(started.length).toBeGreaterThan(50);
    expect(shown(started)).toEqual([]);
  });

  test('are in temporary files and folders that only this user may open, and that are removed', async () => {
    expect([...modes].filter((mode) => !['folder 700', 'file 600'].includes(mode))).toEqual([]);
    expect(modes).toContain('folder 700');
    expect(await readdir(testbed.get().temporary)).toEqual([]);
  });

  test('are in no file of the state and of caches, except the cache of secrets', async () => {
    const state = Object.entries(await contentsOf(at('.difyctl'))).filter(([name]) => name !== 'dify/secrets.yaml');
    const installed = Object.entries(await contentsOf(at('dify/.difyctl')));
    const home = Object.entries(await contentsOf(testbed.get().home));
    expect(state.length).toBeGreaterThan(1);
    expect(installed.map(([name]) => name)).toContain('revisions/1.json');
    expect(home.length).toBeGreaterThan(1);
    const showing = [...state, ...installed, ...home].filter(([, text]) => shown([text]).length > 0);
    expect(showing.map(([name]) => name)).toEqual([]);
    expect((await stat(at('.difyctl/dify/secrets.yaml'))).mode & 0o777).toBe(0o600);
  });

  test('are not in the repository, also for a stranger who has its password', async () => {
    const { restic, programs, place } = testbed.get();
    const snapshots: readonly { readonly short_id: string }[] = JSON.parse(await restic('snapshots', '--json'));
    for (const { short_id } of snapshots) await restic('restore', short_id, '--target', at('stranger', short_id));
    const entries = await readdir(at('stranger'), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const names = files.map((file) => path.basename(file));
    expect(names).toEqual(expect.arrayContaining(['secrets.json.age', 'manifest.json', '1.txt']));
    expect(names.filter((name) => name.endsWith('.dump'))).toHaveLength(2);
    for (const file of files) {
      const text = await readFile(file, 'latin1');
      const sql = file.endsWith('.dump')
        ? (await execa(programs.pg_restore, ['--file=-', file], { env: place.env })).stdout
        : '';
      expect([path.basename(file), shown([text, sql])]).toEqual([path.basename(file), []]);
    }
  });
});
