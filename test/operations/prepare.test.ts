import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { type PreparedDeployment, prepare, requireRendered } from '../../src/operations/prepare.ts';
import { CHART } from '../support/chart.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

/** A kubectl without an installation that records its calls. */
async function emptyCluster(): Promise<{ readonly path: string; calls(): Promise<readonly string[]> }> {
  const path = join(folder.path, 'bin');
  const log = join(folder.path, 'calls');
  await mkdir(path);
  await writeFile(
    join(path, 'kubectl'),
    `#!/bin/sh\necho "$*" >> ${log}\ncase "$*" in *json) echo '{"items":[]}' ;; esac\n`,
  );
  await chmod(join(path, 'kubectl'), 0o755);
  return {
    path: `${path}:/usr/bin:/bin`,
    calls: async () => (await readFile(log, 'utf8')).trim().split('\n').toSorted(),
  };
}

async function prepared(chart: string): Promise<{ result: PreparedDeployment; calls: readonly string[] }> {
  const cluster = await emptyCluster();
  const sample = sampleDeployment('test-kubernetes-bundled');
  const deployment = { ...sample, target: { ...sample.target, chart: { path: chart } } } as Deployment;
  const result = await prepare({
    ...{ deployment, baseDirectory: folder.path, env: { PATH: cluster.path, HOME: folder.path } },
    ...{ unreadable: 'warn', signal: new AbortController().signal },
  });
  return { result, calls: await cluster.calls() };
}

const READS = [
  'get persistentvolumeclaims -n dify -o json',
  'get secrets -n dify --field-selector type=difyctl/revision -o json',
  'get secrets -n dify -l app.kubernetes.io/managed-by=difyctl,difyctl/deployment=dify -o json',
  'get secrets -n dify -l owner=helm,name=dify -o json',
];

test('a deployment that can be rendered reads its installation once', async () => {
  const { result, calls } = await prepared(CHART);
  expect(result.rendered.ok).toBe(true);
  expect(calls).toEqual(READS);
  expect(requireRendered(result).rendered.value.target).toBe('kubernetes');
});

test('a deployment that cannot be rendered reads its installation once, and has its secrets and the reason', async () => {
  const { result, calls } = await prepared('./no-chart');
  expect(calls).toEqual(READS);
  expect(result.secrets.unresolved).toEqual([]);
  expect(result.secrets.get('secrets.secretKey')).not.toBe('');
  expect(result.chart).toBeUndefined();
  expect(() => requireRendered(result)).toThrow(`${join(folder.path, 'no-chart')} is not a chart`);
});
