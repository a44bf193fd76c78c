import { readdir, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import { PLANE_PROGRAMS } from '../../src/rehearsal/programs/table.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture } from '../support/kubernetes-fixture.ts';
import { useSharedCluster } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { progressPrinter } from '../testbed/provision/progress.ts';

/** `install --rehearse` on a cluster whose shape is copied, and what `status` shows afterwards. */
const testbed = useSharedCluster();

let there: KubernetesFixture;
let place: TempWorkspace;
beforeAll(async () => {
  there = await createKubernetesFixture(testbed.cluster, 'dify-rehearsed');
  const programs = await ensure([...PLANE_PROGRAMS], { onProgress: progressPrinter() });
  for (const name of PLANE_PROGRAMS) await symlink(programs[name], join(there.recorder.folder, name));
  place = await there.workplace();
});
afterAll(() => there?.end());

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;
const rehearsalOf = async () => JSON.parse((await place.run('status', '-o', 'json')).stdout).rehearsal;
const shape = { source: 'cluster', nodes: 6, zones: 3, kubernetes: '1.36.3' };
const runFolder = (): string => join(place.env.HOME ?? '', '.cache/difyctl/rehearsal/run');

/** Preflight refuses one replica of api in prod, unless its check is skipped. */
const ONE_API = ['--set', 'components.api.replicas=1', '--skip', 'config.replicas'];

test('a drill that fails ends the install with exit 6 before anything is applied', async () => {
  const refused = await place.run('install', '--rehearse', '--yes', '-o', 'json', ...ONE_API);
  expect(refused.code, refused.stderr).toBe(6);
  const { outcome, exitCode, rehearsal, plan } = report(refused);
  expect({ outcome, exitCode, plan }).toEqual({ outcome: 'blocked', exitCode: 6, plan: undefined });
  expect(rehearsal?.shape).toMatchObject(shape);
  expect(rehearsal?.drills.filter(({ status }) => status === 'fail')[0]).toMatchObject({
    ...{ kind: 'spread', subject: 'all' },
    message: 'api: 1 replica: the loss of its node stops the component',
  });

  await expect(testbed.cluster.kubectl(['get', 'namespace', there.namespace])).rejects.toThrow('not found');
  const files = [...(await place.files()).keys()].map((file) => relative(place.folder, file));
  expect(files.sort()).toEqual([
    '.difyctl/.gitignore',
    expect.stringMatching(/^\.difyctl\/dify\/rehearsals\/[0-9a-f]{16}\.json$/),
    'difyctl.yaml',
  ]);
  expect(await readdir(runFolder())).toEqual([]);
  expect(await rehearsalOf()).toMatchObject({ verdict: 'fail', shape });
});

test('a rehearsal that passes is followed by the install, and status shows it', async () => {
  const installed = await place.run('install', '--rehearse', '--yes', '-o', 'json');
  expect(installed.code, installed.stderr + installed.stdout).toBe(0);
  expect(report(installed)).toMatchObject({
    ...{ outcome: 'applied', revision: 1, exitCode: 0 },
    rehearsal: { shape, summary: { pass: 18, warn: 0, fail: 0, skip: 2 } },
  });
  expect(await there.helmHistory()).toEqual(['1 deployed']);
  expect(await rehearsalOf()).toMatchObject({
    ...{ verdict: 'pass', isInstalledSet: true, shape },
    summary: { pass: 18, warn: 0, fail: 0, skip: 2 },
  });
});

test('status shows the rehearsal of what is installed on this cluster, not a later one of other nodes or another set', async () => {
  const passed = await rehearsalOf();
  const set = await place.run('rehearse', '--drills', 'spread', '--set', 'components.api.replicas=1');
  expect(set.code, set.stderr).toBe(6);
  const nodes = await place.run('rehearse', '--nodes', '6x8C32G', '--zones', '1', '--drills', 'spread');
  expect(nodes.code, nodes.stderr).toBe(6);
  expect(await rehearsalOf()).toEqual(passed);
});
