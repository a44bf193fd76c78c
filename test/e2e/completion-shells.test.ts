import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/frame/command-table.ts';
import { runCli } from '../support/cli.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { type DebianTree, debianTree } from '../testbed/debian/tree.ts';
import { progressPrinter } from '../testbed/provision/progress.ts';

let folder = '';
let tree: DebianTree;
beforeAll(async () => {
  tree = await debianTree(DEBIAN_SETS.shells, { onProgress: progressPrinter() });
  folder = await mkdtemp(join(tmpdir(), 'difyctl-shells-'));
  // fish finds its functions beside its own program.
  for (const name of ['bin', 'share', 'etc']) await mkdir(join(folder, name));
  await cp(join(tree.root, 'usr/bin/fish'), join(folder, 'bin/fish'));
  await symlink(join(tree.root, 'usr/share/fish'), join(folder, 'share/fish'));
  await symlink(join(tree.root, 'etc/fish'), join(folder, 'etc/fish'));
  for (const shell of ['fish', 'zsh']) {
    await writeFile(join(folder, `script.${shell}`), (await runCli(['completion', shell])).stdout);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const shell = async (program: string, ...args: readonly string[]) => {
  const { stdout, stderr } = await execa(program, args, {
    cwd: folder,
    env: { ...tree.env, HOME: folder },
    stdin: 'ignore',
  });
  expect(stderr).toBe('');
  return stdout.split('\n');
};

/** What fish offers behind this line. */
async function fishOffers(line: string): Promise<readonly string[]> {
  const command = `source ${join(folder, 'script.fish')}; complete -C '${line}'`;
  return (await shell(join(folder, 'bin/fish'), '--no-config', '-c', command)).map((one) => one.split('\t')[0] ?? '');
}

test.each([
  ['difyctl va', ['validate']],
  ['difyctl install -o ', ['json', 'text']],
  ['difyctl preflight --output ', ['html', 'json', 'junit', 'text']],
  ['dify-installer validate --tier p', ['prod']],
  ['difyctl preflight --only redis.tl', ['redis.tls']],
  ['difyctl checks explain redis.tl', ['redis.tls']],
])('fish offers for %j', async (line, expected) => {
  expect((await fishOffers(line)).toSorted()).toEqual(expected);
});

test('fish offers every command', async () => {
  expect((await fishOffers('difyctl ')).toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
});
