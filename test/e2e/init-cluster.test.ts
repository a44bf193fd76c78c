import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { builtProgram } from '../support/built.ts';
import { CTRL_C, ENTER, ESCAPE, PtySession } from '../support/pty.ts';
import { useCluster } from '../testbed/fixtures.ts';

const testbed = useCluster({ nodes: '6x8C32G', zones: 3, tools: ['kubectl'] });

let program: string;
let folder: string;
let session: PtySession | undefined;

beforeAll(async () => {
  program = await builtProgram();
  folder = await mkdtemp(join(tmpdir(), 'difyctl-init-cluster-'));
});
afterEach(async () => {
  session?.end();
  await rm(folder, { recursive: true, force: true });
});

test('the wizard shows what the kubeconfig and its cluster say, and suggests it', async () => {
  const { kubeconfig, context, tools } = testbed.cluster;
  const env = { PATH: dirname(tools.kubectl ?? ''), KUBECONFIG: kubeconfig, HOME: folder, LANG: 'C.UTF-8' };
  const wizard = new PtySession(process.execPath, [program, 'init', '--tier', 'prod'], { cwd: folder, env });
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
});
