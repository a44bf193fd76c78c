import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/frame/command-table.ts';
import { runCli } from '../support/cli.ts';
import { PtySession } from '../support/pty.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { type DebianTree, debianTree } from '../testbed/debian/tree.ts';
import { progressPrinter } from '../testbed/provision/progress.ts';

const TAB = '\t';
const CTRL_T = '\u0014';
let folder = '';
let tree: DebianTree;
beforeAll(async () => {
  tree = await debianTree(DEBIAN_SETS.shells, { onProgress: progressPrinter() });
  folder = await mkdtemp(join(tmpdir(), 'difyctl-zsh-'));
  for (const name of ['functions', 'bin']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'functions', '_difyctl'), (await runCli(['completion', 'zsh'])).stdout);
  await writeFile(join(folder, 'bin', 'kubectl'), '#!/bin/sh\nprintf "kind-lab\\nprod-eu\\n"\n', { mode: 0o755 });
  await writeFile(join(folder, '.zshenv'), placesOf(tree.root));
  await writeFile(join(folder, '.zshrc'), SETTINGS);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The folders of modules and functions, which this zsh expects below /usr. */
const placesOf = (root: string) => `
module_path=(${root}/usr/lib/*/zsh/*(/))
fpath=(${folder}/functions ${root}/usr/share/zsh/functions/**/*(/))
`;

/** Lists stay on the screen, and Ctrl-T prints the line as it is now. */
const SETTINGS = `
unsetopt always_last_prompt
autoload -Uz compinit && compinit -D
PS1='> '
show-line() { zle -I; print -r -- "<$BUFFER>" }
zle -N show-line
bindkey '^T' show-line
`;

/** Types a line and Tab. Returns the line after that, and the lines that zsh lists below it. */
async function typed(line: string): Promise<{ readonly line: string; readonly listed: readonly string[] }> {
  const env = { ...tree.env, PATH: `${join(folder, 'bin')}:${tree.env.PATH}`, HOME: folder, ZDOTDIR: folder };
  const session = new PtySession(join(tree.root, 'bin/zsh'), ['-d', '-i'], { cwd: folder, env, cols: 200 });
  await session.sees('> ');
  session.press(`${line}${TAB}${CTRL_T}`);
  await session.sees('>> ');
  const lines = session.screen.split('\n');
  session.end();
  await session.exited;
  const shown = lines.findIndex((one) => one.startsWith('<'));
  // A list is followed by the prompt again.
  return { line: lines[shown]?.slice(1, -1) ?? '', listed: lines.slice(1, Math.max(shown - 1, 1)) };
}

test.each([
  ['difyctl va', 'difyctl validate '],
  ['difyctl preflight --dee', 'difyctl preflight --deep '],
  ['difyctl uninstall dify --ye', 'difyctl uninstall dify --yes '],
  ['difyctl preflight -o json --quie', 'difyctl preflight -o json --quiet '],
  ['difyctl preflight --report a.html --rep', 'difyctl preflight --report a.html --report '],
  ['difyctl preflight --deep --dee', 'difyctl preflight --deep --dee'],
  ['dify-installer validate --tier p', 'dify-installer validate --tier prod '],
  ['difyctl preflight --only redis.role,redis.tl', 'difyctl preflight --only redis.role,redis.tls '],
  ['difyctl checks explain redis.tl', 'difyctl checks explain redis.tls '],
  ['difyctl preflight --context prod', 'difyctl preflight --context prod-eu '],
  ['difyctl validate -c .zshe', 'difyctl validate -c .zshenv '],
])('Tab in zsh completes %j', async (line, expected) => {
  expect(await typed(line)).toEqual({ line: expected, listed: [] });
});

test.each([
  ['difyctl completion ', ['bash  fish  zsh']],
  ['difyctl install -o ', ['json  text']],
  ['difyctl preflight --output ', ['html   json   junit  text']],
  ['difyctl preflight --from ', ['cluster  local']],
  ['difyctl checks ', ['explain  list']],
  ['difyctl install ', []],
])('Tab in zsh lists the choices of %j', async (line, expected) => {
  expect(await typed(line)).toEqual({ line, listed: expected });
});

test('Tab in zsh lists every command', async () => {
  const { listed } = await typed('difyctl ');
  expect(listed.map((line) => line.split(' ')[0])).toEqual(COMMANDS.map(({ name }) => name).toSorted());
});
