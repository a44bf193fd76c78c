import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { packageFolders, thirdPartyNotices } from '../../notices.mjs';
import { temporaryFolder } from '../support/folders.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = temporaryFolder();

async function install(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const home = join(folder.path, 'node_modules', name);
  await mkdir(home, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(home, file), text);
  return `node_modules/${name}/index.js`;
}

function manifest(name: string, license: string | undefined): string {
  return JSON.stringify({ name, version: '1.2.3', license });
}

test('finds packages by the paths that the bundler read, also scoped and nested ones', () => {
  const inputs = [
    'src/cli/frame/main.ts',
    'node_modules/zod/index.js',
    'node_modules/zod/v4/core/core.js',
    'node_modules/@inquirer/core/dist/index.js',
    'node_modules/execa/node_modules/path-key/index.js',
  ];
  expect(packageFolders(inputs)).toEqual([
    'node_modules/@inquirer/core',
    'node_modules/execa/node_modules/path-key',
    'node_modules/zod',
  ]);
});

describe('the notice', () => {
  test('has name, version, licence and text of each package', async () => {
    const inputs = [
      await install('b', { 'package.json': manifest('b', 'ISC'), LICENSE: 'ISC text\n' }),
      await install('a', {
        'package.json': manifest('a', 'Apache-2.0'),
        'license.md': 'Apache text\n',
        NOTICE: 'of A',
      }),
      await install('c', {
        'package.json': manifest('c', 'MIT'),
        'README.md': '# c\n\n## License\n\nPermission is hereby granted, free.\n\n## More\n\nelse\n',
      }),
    ];
    const rule = '-'.repeat(80);
    expect(thirdPartyNotices(inputs, folder.path)).toBe(
      [
        'difyctl holds code of these 3 packages, each under its own licence.',
        `${rule}\na 1.2.3 (Apache-2.0)`,
        'Apache text',
        'of A',
        `${rule}\nb 1.2.3 (ISC)`,
        'ISC text',
        `${rule}\nc 1.2.3 (MIT)`,
        'Permission is hereby granted, free.',
        '',
      ].join('\n\n'),
    );
  });

  test.each([
    ['a licence that nobody has read', 'GPL-3.0', { LICENSE: 'GPL' }, 'odd 1.2.3 has the licence GPL-3.0;'],
    ['no licence at all', undefined, { LICENSE: 'text' }, 'odd 1.2.3 has the licence (none);'],
    ['no text of it', 'MIT', { 'README.md': '## License\n\nMIT\n' }, 'odd 1.2.3 brings no text of its licence, MIT'],
  ])('is not written for a package with %s', async (_title, license, files, message) => {
    const input = await install('odd', { 'package.json': manifest('odd', license), ...files });
    expect(() => thirdPartyNotices([input], folder.path)).toThrow(message);
  });
});

test('the build writes it for every package of the bundle, and fails if it cannot', async () => {
  const dist = join(folder.path, 'dist');
  await promisify(execFile)(process.execPath, ['build.mjs'], { cwd: ROOT, env: { ...process.env, BUILD_DIR: dist } });
  const text = await readFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const titles = [...text.matchAll(/^-{80}\n(\S+) \S+ \(([^)]+)\)\n\n(.*)$/gm)];
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const names = titles.map(([, name]) => name);
  for (const name of [
    'commander',
    'zod',
    'yaml',
    'execa',
    'chalk',
    'ora',
    'semver',
    'picomatch',
    'p-limit',
    'pg',
    'ioredis',
    'aws4fetch',
  ]) {
    expect(names, name).toContain(name);
    expect(text).toContain(`\n${name} ${devDependencies[name]} (`);
  }
  expect(text.match(/^-{80}$/gm)).toHaveLength(Number(/these (\d+) packages/.exec(text)?.[1]));
  expect(titles.every(([, , , line]) => line !== '')).toBe(true);
});
