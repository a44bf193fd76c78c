import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import type { Helm } from '../../src/exec/helm.ts';
import { loadChart } from '../../src/operations/chart.ts';
import { readChartFacts } from '../../src/operations/chart-facts.ts';
import { aliasBomb } from '../support/alias-bomb.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

const WHOLE = {
  'Chart.yaml': 'name: dify\nversion: 0.38.0\n',
  'values.yaml': 'api: { replicas: 1 }\n',
  'values.schema.json': '{"type":"object"}',
};

async function chart(files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder.path, 'dify');
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

async function archive(files: Readonly<Record<string, string>>): Promise<string> {
  await chart(files);
  const path = join(folder.path, 'dify.tgz');
  await promisify(execFile)('tar', ['--format=ustar', '-czf', path, '-C', folder.path, 'dify']);
  return path;
}

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(folder.path, 'dify.tgz');
  await writeFile(path, bytes);
  return path;
}

async function truncated(): Promise<string> {
  const bytes = await readFile(await archive(WHOLE));
  return written(bytes.subarray(0, bytes.length - 40));
}

describe('a chart', () => {
  test.each([
    ['as a folder', chart],
    ['as an archive', archive],
  ])('%s has facts', async (_title, make) => {
    expect(await readChartFacts(await make(WHOLE))).toEqual({
      name: 'dify',
      version: '0.38.0',
      appVersion: '',
      values: { api: { replicas: 1 } },
      schema: { type: 'object' },
    });
  });

  test.each<[string, () => Promise<string>, string]>([
    ['that does not exist', async () => join(folder.path, 'dify'), 'it does not exist'],
    ['a device', async () => '/dev/null', 'it is neither a folder nor a file'],
    ['an empty folder', () => chart({ 'README.md': '' }), 'it contains no Chart.yaml'],
    ['an archive without Chart.yaml', () => archive({ 'values.yaml': '' }), 'it contains no Chart.yaml'],
    [
      'with a broken Chart.yaml',
      () => chart({ 'Chart.yaml': 'name: [dify\n' }),
      'Chart.yaml is not valid YAML, line 2',
    ],
    [
      'with a list as Chart.yaml',
      () => chart({ 'Chart.yaml': '- dify\n' }),
      'Chart.yaml does not contain keys and values',
    ],
    ['without a name', () => chart({ 'Chart.yaml': 'version: 1.0.0\n' }), 'Chart.yaml has no name'],
    ['without a version', () => chart({ 'Chart.yaml': 'name: dify\n' }), 'Chart.yaml has no version'],
    [
      'with a broken values.yaml',
      () => archive({ ...WHOLE, 'values.yaml': 'a: b: hunter2\n' }),
      'values.yaml is not valid YAML, line 1',
    ],
    [
      'with an alias bomb as values.yaml',
      () => chart({ ...WHOLE, 'values.yaml': aliasBomb(30) }),
      'values.yaml is YAML with aliases that multiply',
    ],
    [
      'with a text as values.yaml',
      () => chart({ ...WHOLE, 'values.yaml': 'hello\n' }),
      'values.yaml does not contain keys and values',
    ],
    [
      'with a broken schema',
      () => chart({ ...WHOLE, 'values.schema.json': '{"type":' }),
      'values.schema.json is not valid JSON',
    ],
    [
      'with a list as schema',
      () => archive({ ...WHOLE, 'values.schema.json': '[]' }),
      'values.schema.json is not a JSON Schema: it does not contain keys and values',
    ],
  ])('%s is refused with the reason', async (_title, make, observed) => {
    const path = await make();
    const fault = await readChartFacts(path).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UserError);
    expect(fault).toMatchObject({
      exitCode: 2,
      message: `${path} is not a chart: ${observed}`,
      next: [expect.stringContaining('--target-chart-path'), `helm show chart ${path}`],
    });
  });
});

test.each<[string, () => Promise<string>, string]>([
  ['empty', () => written(new Uint8Array()), 'is not a packed chart: it is empty'],
  ['cut', truncated, 'is not a packed chart: it is cut off'],
  ['no gzip data', () => written(Buffer.from('hello')), 'is not a packed chart: it is not gzip data'],
  ['gzipped text', () => written(gzipSync('hello')), 'is not a packed chart: it contains no tar archive'],
])('an archive that is %s is refused with the reason', async (_title, make, observed) => {
  const path = await make();
  await expect(readChartFacts(path)).rejects.toMatchObject({
    exitCode: 2,
    message: `${path} ${observed}`,
    next: [`tar tzf ${path} lists its content; helm package creates a chart archive`],
  });
});

test.each(['Chart.yaml', 'values.yaml', 'values.schema.json'])('a folder instead of %s is refused', async (name) => {
  const others = Object.fromEntries(Object.entries(WHOLE).filter(([key]) => key !== name));
  const path = await chart({ ...others, [`${name}/x`]: '' });
  await expect(readChartFacts(path)).rejects.toMatchObject({ exitCode: 2, message: `${path}/${name} is a folder` });
});

test('a repository that serves another file is an outside error that names the repository', async () => {
  const helm: Pick<Helm, 'pull'> = {
    pull: async (_chart, directory) => writeFile(join(directory, 'dify-0.38.0.tgz'), 'not found'),
  };
  const source = { repo: 'https://charts.example.test', name: 'dify', version: '0.38.0' };
  const load = loadChart({
    chart: source,
    baseDirectory: folder.path,
    helm: helm as Helm,
    signal: new AbortController().signal,
  });
  await expect(load).rejects.toMatchObject({
    exitCode: 8,
    message: 'dify of https://charts.example.test is not a chart: its archive is not gzip data',
    next: [expect.stringContaining('--target-chart-path')],
  });
});
