import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { composeExec, containerClient } from '../../src/backup/database.ts';
import type { WorkflowResult } from '../../src/backup/drill/workflow/judge.ts';
import { runWorkflow } from '../../src/backup/drill/workflow/run.ts';
import { psqlQuery } from '../../src/backup/restore/psql-query.ts';
import type { WorkflowSettings } from '../../src/deployment/schema/drills.ts';
import { docker } from '../../src/exec/docker.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { builtProgram } from '../support/built.ts';
import {
  APPS,
  keyOf,
  MAIN_SQL,
  PLUGIN_SQL,
  SECRET_KEY,
  TENANT,
  WORKFLOW_SQL,
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

const engine = useSharedDockerHost(composeImages(), { startInterval: true });

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

/** Milliseconds for installs and drills, which start all containers, on a machine that runs other tests. */
const SLOW_MS = 600_000;

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
  test(
    'serves, with rows, keys, files and a plugin',
    async () => {
      const { folder, port } = testbed.get();
      await writeSecretKey(folder);
      const answers = `--tier test --target compose --target-http-port ${port} --target-bind-address 127.0.0.1`;
      await run(`difyctl init --non-interactive ${answers}`);
      await run('difyctl install --yes');
      const head = await sql('SELECT version_num FROM alembic_version', 'dify');
      const rows = `${MAIN_SQL} CREATE TABLE accounts (id int); UPDATE alembic_version SET version_num = '${head}';`;
      await sql(`DROP TABLE ${TENANT_TABLES}; ${rows}`, 'dify');
      await sql(WORKFLOW_SQL, 'dify');
      await sql(PLUGIN_SQL, 'dify_plugin');
      await writeObjects(storage());
      await writePackages(path.join(folder, 'dify/volumes/plugin_daemon'));
    },
    SLOW_MS,
  );

  test(
    'is backed up, destroyed, restored, installed and drilled by ten lines',
    async () => {
      const lines = linesBelow(await readFile(README, 'utf8'), '### Recover');
      expect(lines).toHaveLength(10);
      const destroy = lines.findIndex((line) => line.startsWith('docker compose'));
      for (const line of lines.slice(0, destroy + 2)) await run(line);
      expect(await run('docker ps --all --quiet')).toBe('');
      expect((await readdir(testbed.get().folder)).filter((name) => ['dify', '.difyctl'].includes(name))).toEqual([]);
      for (const line of lines.slice(destroy + 2)) await run(line);
    },
    SLOW_MS,
  );

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

const IDENTITY = ['--identity', 'backup-key.txt'] as const;
const OF_DRILLS = '--filter label=difyctl.drill';

/** Starts difyctl in the folder, as a person does. */
function difyctl(...argv: readonly string[]) {
  const { folder, folders, programs } = testbed.get();
  const { env, bin } = engine.docker;
  const PATH = [bin, ...folders, '/usr/bin', '/bin'].join(':');
  const settings = { cwd: folder, env: { ...env, PATH, HOME: folder, NO_COLOR: '1' }, extendEnv: false } as const;
  return execa(path.join(programs, 'difyctl'), argv, { ...settings, stdin: 'ignore', reject: false });
}

/** The containers of the live project with their starts, its networks and its rows: what a drill must not change. */
async function liveProject(): Promise<readonly string[]> {
  const own = '--filter label=com.docker.compose.project=dify';
  return [
    await run(`docker inspect -f '{{.Id}} {{.State.StartedAt}} {{.RestartCount}}' $(docker ps -aq ${own} | sort)`),
    await run(`docker network inspect -f '{{.Id}} {{len .Containers}}' $(docker network ls -q ${own} | sort)`),
    await sql("SELECT string_agg(id || key, ',' ORDER BY id) FROM upload_files", 'dify'),
    (await readdir(storage(), { recursive: true })).toSorted().join('\n'),
  ];
}

/** Containers, volumes and networks of drills. */
async function ofDrills(): Promise<string> {
  const lists = ['ps --all', 'volume ls', 'network ls'].map((list) => run(`docker ${list} --quiet ${OF_DRILLS}`));
  return (await Promise.all(lists)).join('');
}

/** Runs a workflow in the live project, with the code that a full drill runs in its own project. */
async function runLive(workflow: WorkflowSettings): Promise<WorkflowResult> {
  const { env, bin } = engine.docker;
  const runner = createRunner({
    env: { ...env, PATH: `${bin}:/usr/bin:/bin` },
    ...{ hiddenNames: new Set<string>(), passNames: new Set<string>(), redact: (text: string) => text },
  });
  const { signal } = new AbortController();
  const client = containerClient({ words: composeExec('dify'), where: 'the container db_postgres' }, 'dify');
  return runWorkflow(workflow, {
    ...{ engine: docker(runner), project: { name: 'dify', directory: testbed.get().folder } },
    ...{ query: psqlQuery(runner, client, { signal }), protect: () => undefined, signal },
  });
}

/** What a workflow that succeeds leaves in the record; Dify measures its own seconds. */
const SUCCEEDED = {
  ...{ id: 'workflow', app: APPS.ready, status: 'pass', outputs: ['answer'], seconds: expect.any(Number) },
  expected: `the workflow of app ${APPS.ready} succeeds`,
  observed: `app ${APPS.ready} succeeded with the outputs answer`,
};

describe('a full drill of the quick start', () => {
  let before: readonly string[] = [];

  test(
    'has no published port and no network with a way out, and leaves everything if it is killed',
    async () => {
      before = await liveProject();
      const killed = difyctl('drill', '--full', ...IDENTITY);
      const redis = `docker ps --quiet ${OF_DRILLS} --filter label=com.docker.compose.service=redis`;
      await expect.poll(() => run(redis), { timeout: 240_000, interval: 500 }).not.toBe('');
      const ports = await run(`docker inspect -f '{{len .HostConfig.PortBindings}}' $(docker ps -aq ${OF_DRILLS})`);
      expect(new Set(ports.split('\n'))).toEqual(new Set(['0']));
      const networks = await run(`docker network inspect -f '{{.Internal}}' $(docker network ls -q ${OF_DRILLS})`);
      expect(networks.split('\n')).toEqual(['true', 'true']);
      const mounts = await run(`docker inspect -f '{{range .Mounts}}{{.Type}} {{end}}' $(docker ps -aq ${OF_DRILLS})`);
      expect(mounts).not.toContain('bind');
      killed.kill('SIGKILL');
      expect((await killed).signal).toBe('SIGKILL');
      expect(await ofDrills()).not.toBe('');
    },
    SLOW_MS,
  );

  test(
    'starts Dify on the restored data, checks it, and removes everything, also what the killed one left',
    async () => {
      const { exitCode, stdout, stderr } = await difyctl(
        ...['drill', '--full', '-o', 'json', '--report', 'drill.html', ...IDENTITY],
        ...['--set', 'recovery.drills.interval=90d', '--set', `recovery.drills.workflow.app=${APPS.ready}`],
        ...['--set', 'recovery.drills.workflow.inputs.question=Is the data "back"?'],
      );
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toMatch(/removed after a killed drill: difyctl-drill-[0-9a-f]{8}/);
      const { full, outcome, place } = JSON.parse(stdout);
      expect(full.checks.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`)).toEqual([
        ...['app.workloads pass', 'app.schema pass', 'app.workers pass', 'app.queues pass', 'app.keys pass'],
        ...['app.sandbox pass', 'app.plugin-daemon pass', 'app.ssrf-proxy pass'],
      ]);
      expect(full).toMatchObject({
        services: [
          ...['api', 'db_postgres', 'init_permissions', 'migration', 'plugin_daemon', 'redis', 'sandbox', 'ssrf_proxy'],
          ...['weaviate', 'worker'],
        ],
        failures: [],
        workflow: SUCCEEDED,
      });
      expect({ outcome, place: place.replace(/[0-9a-f]{8}/, 'ID') }).toEqual({
        outcome: 'pass',
        place: 'project difyctl-drill-ID with Dify and its stores on networks without a way out, removed',
      });
      const page = await readFile(path.join(testbed.get().folder, 'drill.html'), 'utf8');
      expect(page).toContain('Dify on the restored data');
      expect(page).toContain(`<td>${SUCCEEDED.observed}</td>`);
      expect(page + stdout + stderr).not.toContain(keyOf('ready'));
      expect(await ofDrills()).toBe('');
      expect(await liveProject()).toEqual(before);
    },
    SLOW_MS,
  );

  test.each([
    ['missing in the set', '22222222-2222-4222-8222-999999999999', 'the set has no app ID'],
    ['a chat', APPS.chat, 'app ID has the mode advanced-chat, and a drill runs only apps of the mode workflow'],
    ['not published', APPS.unpublished, 'app ID has no published workflow in the set'],
    ['without an API key', APPS.keyless, 'app ID has no API key in the set'],
    ['without its input', APPS.ready, 'Dify answered 400: question is required in input form'],
    ['with a model outside', APPS.outside, 'app ID ended as failed: a stand-in runs start and end, and no llm'],
  ])('an app that is %s fails the workflow', async (what, app, observed) => {
    const inputs = what === 'without its input' ? {} : { question: 'Is the data back?' };
    const found = await runLive({ app, inputs, timeout: '30s' });
    expect([found.status, found.observed.replace(app, 'ID')]).toEqual(['fail', observed]);
  });

  test(
    'fails if Dify does not start on the restored data, which no invariant shows',
    async () => {
      // The stand-in refuses a database that a newer release migrated.
      await sql("UPDATE dify_stand_in_release SET version = '9.9.9'", 'dify');
      await run('difyctl backup');
      const { exitCode, stdout, stderr } = await difyctl('drill', '--full', '-o', 'json', ...IDENTITY);
      expect(exitCode, stderr).toBe(6);
      const { full, invariants, outcome } = JSON.parse(stdout);
      const failed = ({ status }: { status: string }) => status === 'fail' || status === 'unknown';
      expect({ outcome, invariants: invariants.filter(failed) }).toEqual({ outcome: 'fail', invariants: [] });
      expect(full.checks.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`)).toEqual([
        'app.workloads fail',
      ]);
      expect(full.workflow).toMatchObject({ status: 'skip', observed: 'no workflow was run: Dify did not start' });
      expect(full.failures.map(({ service }: { service: string }) => service)).toEqual(['migration']);
      expect(full.failures[0].logs.join('\n')).toContain("Can't locate revision identified by");
      expect(await run('difyctl status')).toMatch(/drill +failed, .*, app\.workloads: .*migration exited with code 1/);
      expect(await ofDrills()).toBe('');
      expect(await liveProject()).toEqual(before);
    },
    SLOW_MS,
  );
});

// The place is empty or another one afterwards: this is the last description of the file.
describe('a rebuild of the quick start', () => {
  const RESTORED = ['--identity', 'backup-key.txt', '-o', 'json'] as const;

  /** The oldest set: that of the ten lines. The newest one has a database that Dify refuses. */
  async function firstSet(): Promise<string> {
    const { sets } = JSON.parse(await run('difyctl backup list -o json'));
    return sets.map(({ set }: { set: string }) => set).toSorted()[0];
  }

  test('by a wrong name changes nothing', async () => {
    const before = await liveProject();
    const { exitCode, stdout } = await difyctl('rebuild', 'other', '--yes', '--from', await firstSet(), ...RESTORED);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', message: 'the file describes dify, not the given name' });
    expect(await liveProject()).toEqual(before);
  });

  test(
    'by its name, from an earlier set, has the rows and files of that set, and serves',
    async () => {
      await sql("INSERT INTO upload_files (key) VALUES ('upload_files/later.txt')", 'dify');
      await writeFile(storage('upload_files/later.txt'), 'written after the backup');
      const set = await firstSet();
      const { exitCode, stdout, stderr } = await difyctl('rebuild', 'dify', '--yes', '--from', set, ...RESTORED);
      expect(exitCode, stderr).toBe(0);
      const { kind, install, ...report } = JSON.parse(stdout);
      expect({ kind, set: report.set, outcome: install.outcome }).toEqual({
        ...{ kind: 'RebuildReport', set, outcome: 'applied' },
      });
      expect(install.postflight.summary).toMatchObject({ fail: 0, unknown: 0 });
      expect(await sql('SELECT count(*) FROM upload_files', 'dify')).toBe('3');
      expect(await sql('SELECT count(*) FROM plugin_installations', 'dify_plugin')).toBe('1');
      expect(await readFile(storage(`upload_files/${TENANT}/2.txt`), 'utf8')).toBe('file 2');
      expect(await readdir(storage('upload_files'))).toEqual([TENANT]);
      expect(await runLive({ app: APPS.ready, inputs: { question: 'Is the data back?' } })).toEqual(SUCCEEDED);
    },
    SLOW_MS,
  );

  test(
    'by its name alone has no row and no file of before, keeps the secret key, and serves',
    async () => {
      const { exitCode, stdout, stderr } = await difyctl('rebuild', 'dify', '--yes', '-o', 'json');
      expect(exitCode, stderr).toBe(0);
      const { kind, set, install } = JSON.parse(stdout);
      expect({ kind, set, outcome: install.outcome }).toEqual({
        ...{ kind: 'RebuildReport', set: undefined, outcome: 'applied' },
      });
      expect(install.postflight.summary).toMatchObject({ fail: 0, unknown: 0 });
      expect(await sql("SELECT coalesce(to_regclass('upload_files')::text, 'no table')", 'dify')).toBe('no table');
      expect(await readdir(storage())).not.toContain('upload_files');
      expect(await readFile(path.join(testbed.get().folder, 'dify/.env'), 'utf8')).toContain(SECRET_KEY);
    },
    SLOW_MS,
  );
});
