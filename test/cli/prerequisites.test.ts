import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-prerequisites-'));
  await writeFile(join(folder, 'difyctl.yaml'), stringify(SAMPLE_FILES['prod-kubernetes-s3-qdrant']));
  await writeFile(join(folder, 'compose.yaml'), stringify(SAMPLE_FILES['prod-compose-s3-qdrant']));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const prerequisites = (...args: readonly string[]) => runCli(['prerequisites', ...args], { cwd: folder });

it('is a page, or one part of it', async () => {
  expect((await prerequisites()).stdout).toMatch(/^# Prerequisites of dify[\s\S]*^## Databases$[\s\S]*^## Cluster/m);
  expect((await prerequisites('--format', 'sql')).stdout).toMatch(/^\\password "dify"$/m);
  expect(JSON.parse((await prerequisites('--format', 'iam')).stdout)).toMatchObject({ Version: '2012-10-17' });
});

it('grants to the named subject', async () => {
  const { stdout } = await prerequisites('--format', 'rbac', '--installer', 'user:jane@example.com');
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as Record<string, unknown>);
  expect(objects.map(({ kind }) => kind)).toEqual([
    'Namespace',
    'Role',
    'RoleBinding',
    'ClusterRole',
    'ClusterRoleBinding',
    'Role',
    'RoleBinding',
  ]);
  expect(stdout).toMatch(/^# Optional, only for preflight[\s\S]*name: difyctl-dify-probes/m);
  expect(objects[2]).toMatchObject({ subjects: [{ kind: 'User', name: 'jane@example.com' }] });
});

it('is one document with -o json', async () => {
  const { stdout } = await prerequisites('-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'Prerequisites',
    deployment: 'dify',
    rbac: [{ kind: 'Namespace' }, {}, {}, {}, {}, { kind: 'Role' }, {}],
  });
});

it.each([
  [['--format', 'rbac', '--config', 'compose.yaml'], /is for Kubernetes/],
  [['--installer', 'jane'], /write user:NAME, group:NAME or serviceaccount:NAMESPACE\/NAME/],
  [['--installer', 'serviceaccount:jane'], /write user:NAME/],
])('refuses %j', async (args, words) => {
  const { code, stderr } = await prerequisites(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(words);
});
