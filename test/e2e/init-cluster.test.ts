import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtProgram } from '../support/built.ts';
import { CHART } from '../support/chart.ts';
import { CTRL_C, ENTER, ESCAPE, PtySession } from '../support/pty.ts';
import { useCluster, useSharedCluster } from '../testbed/fixtures.ts';

const testbed = useSharedCluster();

let program: string;
let folder: string;
let session: PtySession | undefined;

beforeAll(async () => {
  program = await builtProgram();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-init-cluster-'));
});
afterEach(async () => {
  session?.end();
  await rm(folder, { recursive: true, force: true });
});

/** The real kubectl behind a recorder of its input. */
async function recorded(kubectl: string): Promise<{ readonly path: string; readonly record: string }> {
  const path = join(folder, 'bin');
  const record = join(folder, 'record');
  await mkdir(path);
  const script = `#!/bin/sh\n{ printf '%s\\n' "$@"; /usr/bin/env; } >> '${record}'\nexec '${kubectl}' "$@"\n`;
  await writeFile(join(path, 'kubectl'), script, { mode: 0o755 });
  return { path, record };
}

test('the wizard shows facts of the kubeconfig and its cluster, and passes no secret to the programs it starts', async () => {
  const { kubeconfig, context, tools } = testbed.cluster;
  const { path, record } = await recorded(tools.kubectl ?? '');
  const env = {
    ...{ PATH: path, KUBECONFIG: kubeconfig, HOME: folder, LANG: 'C.UTF-8' },
    ...{ DIFY_PG_PASSWORD: 'planted-secret-one', MY_REDIS: 'planted-secret-two' },
  };
  const args = [program, 'init', '--tier', 'prod', '--redis-password', 'env:MY_REDIS'];
  const wizard = new PtySession(process.execPath, args, { cwd: folder, env });
  session = wizard;
  await wizard.sees(`context ${context}`);
  wizard.press(ENTER);
  await wizard.sees('Version of Dify');
  // A slow machine may show the question before the cluster has answered: back and forth until it has.
  for (let seen = false; !seen; seen = wizard.shown.includes('6 nodes, 3 zones')) {
    wizard.press(ENTER);
    await wizard.sees('Context of the kubeconfig');
    await wizard.sees('another');
    wizard.press(ESCAPE);
    await wizard.sees('Version of Dify');
  }
  wizard.press(CTRL_C);
  expect(await wizard.exited).toBe(130);
  expect(await readdir(folder)).not.toContain('difyctl.yaml');
  const seen = await readFile(record, 'utf8');
  expect(seen).toContain(`KUBECONFIG=${kubeconfig}`);
  expect(seen).not.toContain('planted-secret');
});

describe('on a cluster of one node of 4C/16G, whose default class is ReadWriteOnce', () => {
  const single = useCluster({ nodes: '1x4C16G' });

  test('Enter at every question gives a file that installs', async () => {
    const { cluster } = single;
    const env = {
      ...{ PATH: `${await cluster.binFolder(4)}:/usr/bin:/bin`, KUBECONFIG: cluster.kubeconfig },
      ...{ HOME: folder, LANG: 'C.UTF-8' },
    };
    // The chart is the one thing that is not asked: the tests have no network.
    const args = [program, 'init', '--target-chart-path', CHART];
    const wizard = new PtySession(process.execPath, args, { cwd: folder, env });
    session = wizard;
    await wizard.sees(`context ${cluster.context}`);
    for (const question of [
      ...['Where will Dify run?', 'Environment?', 'Version of Dify', 'Context of the kubeconfig'],
      ...['Public address', 'Ingress class', 'PostgreSQL', 'Redis', 'Object storage', 'Vector store'],
      ...['the default class, now standard', 'Mail', 'More settings?', 'Write it?'],
    ]) {
      await wizard.sees(question);
      wizard.press(ENTER);
    }
    expect(await wizard.exited, wizard.screen).toBe(0);
    const install = new PtySession(process.execPath, [program, 'install', '--yes'], { cwd: folder, env });
    session = install;
    expect(await install.exited, install.screen).toBe(0);
  });
});
