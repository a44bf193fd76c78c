import { readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { builtProgram } from '../support/built.ts';
import {
  MAIN_SQL,
  PLUGIN_SQL,
  SECRET_KEY,
  TENANT,
  writeObjects,
  writePackages,
  writeSecretKey,
} from '../support/dify-data.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const TENANT_TABLES = 'dify_setups, alembic_version, tenants, accounts';

const engine = useSharedDockerHost(composeImages());

/** A folder, the programs of the ten lines, and a free port. */
const testbed = useTestbed(
  async () => {
    const [age, { restic }, folder, programs, program, [port = 0]] = await Promise.all([
      debianTree(DEBIAN_SETS.age),
      ensure(['restic']),
      serviceFolder('readme'),
      serviceFolder('readme-programs'),
      builtProgram(),
      freePorts(1, new Set()),
    ]);
    await symlink(program, path.join(programs, 'difyctl'));
    await symlink(process.execPath, path.join(programs, 'node'));
    const folders = [programs, path.dirname(restic), path.join(age.root, 'usr/bin')];
    return { folder, folders, port, programs };
  },
  async ({ folder, programs }) => {
    await removeFolder(folder);
    await removeFolder(programs);
  },
);

/** Runs a line of a shell in the folder. Returns standard output. Fails with all of the output. */
async function run(line: string): Promise<string> {
  const { folder, folders } = testbed.get();
  const { env, bin } = engine.docker;
  const PATH = [bin, ...folders, '/usr/bin', '/bin'].join(':');
  const settings = { cwd: folder, env: { ...env, PATH, HOME: folder }, extendEnv: false, reject: false } as const;
  const { exitCode, stdout, stderr } = await execa('bash', ['-c', line], { ...settings, stdin: 'ignore' });
  expect({ line, exitCode, output: exitCode === 0 ? '' : `${stderr}\n${stdout}` }).toEqual({
    ...{ line, exitCode: 0, output: '' },
  });
  return stdout;
}

/** The lines of the first block below the heading. */
function linesBelow(page: string, heading: string): readonly string[] {
  const [, block = ''] = /^```\n(.*?)^```$/ms.exec(page.slice(page.indexOf(`\n${heading}`))) ?? [];
  return block.split('\n').filter((line) => line !== '');
}

const sql = (text: string, database: string): Promise<string> => {
  const quoted = `'${text.replaceAll("'", `'\\''`)}'`;
  return run(
    `docker compose -p dify exec -T db_postgres psql -XqAt -v ON_ERROR_STOP=1 -U postgres -d ${database} -c ${quoted}`,
  );
};

const storage = (...parts: readonly string[]): string =>
  path.join(testbed.get().folder, 'dify/volumes/app/storage', ...parts);

describe('the quick start on Compose, by the ten lines of the README', () => {
  test('serves, with rows, keys, files and a plugin', async () => {
    const { folder, port } = testbed.get();
    await writeSecretKey(folder);
    const answers = `--tier test --target compose --target-http-port ${port} --target-bind-address 127.0.0.1`;
    await run(`difyctl init --non-interactive ${answers}`);
    await run('difyctl install --yes');
    const head = await sql('SELECT version_num FROM alembic_version', 'dify');
    const rows = `${MAIN_SQL} CREATE TABLE accounts (id int); UPDATE alembic_version SET version_num = '${head}';`;
    await sql(`DROP TABLE ${TENANT_TABLES}; ${rows}`, 'dify');
    await sql(PLUGIN_SQL, 'dify_plugin');
    await writeObjects(storage());
    await writePackages(path.join(folder, 'dify/volumes/plugin_daemon'));
  });

  test('is backed up, destroyed, restored, installed and drilled by ten lines', async () => {
    const lines = linesBelow(await readFile(README, 'utf8'), '### Recover');
    expect(lines).toHaveLength(10);
    const destroy = lines.findIndex((line) => line.startsWith('docker compose'));
    for (const line of lines.slice(0, destroy + 2)) await run(line);
    expect(await run('docker ps --all --quiet')).toBe('');
    expect((await readdir(testbed.get().folder)).filter((name) => ['dify', '.difyctl'].includes(name))).toEqual([]);
    for (const line of lines.slice(destroy + 2)) await run(line);
  });

  test('has every row, key and file again, and every check of postflight passes', async () => {
    expect(await sql('SELECT count(*) FROM upload_files', 'dify')).toBe('3');
    expect(await sql('SELECT count(*) FROM plugin_installations', 'dify_plugin')).toBe('1');
    expect(await readFile(storage(`upload_files/${TENANT}/2.txt`), 'utf8')).toBe('file 2');
    expect(await readFile(path.join(testbed.get().folder, 'dify/.env'), 'utf8')).toContain(SECRET_KEY);
    const { summary } = JSON.parse(await run('difyctl postflight -o json'));
    expect(summary).toMatchObject({ warn: 0, fail: 0, unknown: 0 });
  });

  test('has a record of the drill, and nothing else of it', async () => {
    const folder = path.join(testbed.get().folder, '.difyctl/dify/drills');
    const [name = '', ...more] = await readdir(folder);
    expect(more).toEqual([]);
    const { outcome, invariants } = JSON.parse(await readFile(path.join(folder, name), 'utf8'));
    expect({ outcome, wrong: invariants.filter(({ status }: { status: string }) => status === 'fail') }).toEqual({
      ...{ outcome: 'pass', wrong: [] },
    });
    expect(await run('docker ps --all --quiet --filter label=difyctl.drill')).toBe('');
    expect(await run('docker volume ls --quiet --filter label=difyctl.drill')).toBe('');
  });
});
