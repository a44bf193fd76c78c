import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CHART } from '../support/chart.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';

const START = fileURLToPath(new URL('../../docs/start', import.meta.url));
const folder = temporaryFolder();
const names = (await readdir(START)).filter((name) => name.endsWith('.yaml')).map((name) => name.replace('.yaml', ''));

/** What the file refers to: a value for each variable, and each file beside it. */
async function makeReferences(text: string): Promise<Record<string, string>> {
  const files = [...text.matchAll(/(?:file|File): (\.\/[^\s},]+)/g)].map(([, path = '']) => join(folder.path, path));
  for (const [index, path] of files.entries()) {
    await mkdir(join(path, '..'), { recursive: true });
    const content = path.endsWith('.json')
      ? '{"type":"service_account","project_id":"p","private_key":"k"}'
      : `value-${index}`;
    await writeFile(path, content);
  }
  const variables = [...text.matchAll(/env: ([A-Z0-9_]+)/g)].map(([, name = '']) => name);
  return Object.fromEntries(variables.map((name) => [name, `value-of-${name}`]));
}

describe.each(names)('docs/start/%s.yaml', (name) => {
  test('is named by its page, valid, and renders', async () => {
    expect(await readFile(join(START, `${name}.md`), 'utf8')).toContain(`[${name}.yaml](./${name}.yaml)`);
    await cp(join(START, `${name}.yaml`), join(folder.path, 'difyctl.yaml'));
    const text = await readFile(join(folder.path, 'difyctl.yaml'), 'utf8');
    const env = { ...(await makeReferences(text)), PATH: '/nowhere' };
    const settings = { cwd: folder.path, env };
    expect(await runCli(['validate'], settings)).toMatchObject({ code: 0, stderr: '' });
    const chart = text.includes('type: kubernetes') ? ['--set', `target.chart={path: ${JSON.stringify(CHART)}}`] : [];
    const rendered = await runCli(['render', '--out', 'set', ...chart], settings);
    expect(rendered.stderr).not.toContain('exit');
    expect(rendered.code).toBe(0);
  });

  test('every variable that it refers to is on its page', async () => {
    const [file, page] = await Promise.all(
      ['yaml', 'md'].map((end) => readFile(join(START, `${name}.${end}`), 'utf8')),
    );
    for (const [, variable] of (file ?? '').matchAll(/env: ([A-Z0-9_]+)/g))
      expect(page).toContain(`export ${variable}=`);
  });
});

test('every page is in the list of pages', async () => {
  const list = await readFile(join(START, 'README.md'), 'utf8');
  for (const name of names) expect(list).toContain(`[${name}](${name}.md)`);
  expect(names.toSorted()).toEqual(['ack', 'air-gapped', 'aks', 'eks', 'gke', 'kind', 'vm']);
});

test('no page says npx: the name is not on the registry', async () => {
  for (const page of ['ci.md', 'start/README.md']) {
    expect(await readFile(join(START, '..', page), 'utf8'), page).not.toMatch(/npx difyctl/);
  }
});
