import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMMAND_GROUPS, COMMANDS } from '../../src/cli/frame/command-table.ts';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { describeCommands } from '../../src/cli/frame/describe.ts';
import { overviewText } from '../../src/cli/frame/overview.ts';
import { runCli } from '../support/cli.ts';
import { expectGolden } from '../support/golden.ts';

test('the overview groups the commands by use', () => {
  const text = overviewText(200);
  const [, commands = ''] = /\nCommands:\n([\s\S]*?)\n\n/.exec(text) ?? [];
  const names = commands
    .split('\n')
    .filter((line) => !line.startsWith('     '))
    .map((line) => line.replace(/^( {4}\w+).*/, '$1'));
  const groups = COMMAND_GROUPS.flatMap(([group, heading]) => [
    `  ${heading}:`,
    ...COMMANDS.filter((command) => command.group === group).map(({ name }) => `    ${name}`),
  ]);
  expect(names).toEqual(groups);
});

test('the overview fits terminals of 100, 60 and 40 columns', async () => {
  const golden = fileURLToPath(new URL('golden/overview', import.meta.url));
  const screens = await Promise.all(
    [100, 60, 40].map(async (terminal) => ({
      path: `${terminal}.txt`,
      content: (await runCli(['--help'], { terminal })).stdout,
      terminal,
    })),
  );
  await expectGolden(golden, screens);
  for (const { content, terminal } of screens) {
    expect(content.split('\n').filter((line) => line.length > terminal)).toEqual([]);
  }
});

test.each(COMMANDS)('the help of $name ends with two examples', async ({ name, load }) => {
  const { code, stdout } = await runCli([name, '--help']);
  expect(code).toBe(0);
  const {
    examples: [first, second],
  } = await load();
  expect(stdout).toMatch(/\n\nExamples:\n[^\n]/);
  expect(stdout.slice(stdout.lastIndexOf('\nExamples:\n'))).toBe(
    `\nExamples:\n  ${first[0]}\n      ${first[1]}\n  ${second[0]}\n      ${second[1]}\n`,
  );
});

test('examples name their own command, and only options that exist', async () => {
  const described = new Map((await describeCommands({} as CommandContext)).map((one) => [one.name, one.options]));
  for (const { name, load } of COMMANDS) {
    const { examples } = await load();
    const known = described.get(name)?.flatMap(({ long, short = long }) => [long, short]) ?? [];
    for (const [line] of examples) {
      expect(line).toContain(`difyctl ${name}`);
      for (const [, option = ''] of line.matchAll(/ (--?[a-z][\w-]*)/g)) expect(known, line).toContain(option);
    }
  }
}, 60_000);
