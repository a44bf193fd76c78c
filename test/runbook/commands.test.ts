import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { refuseInapplicable } from '../../src/checks/applicable.ts';
import type { Phase } from '../../src/checks/check.ts';
import { ALL_CHECKS, CHECKS } from '../../src/checks/registry.ts';
import { COMMANDS } from '../../src/cli/frame/command-table.ts';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { addGlobalOptions } from '../../src/cli/frame/globals.ts';
import { addDeploymentOptions } from '../../src/cli/input/deployment-options.ts';
import { shapesAt } from '../../src/deployment/schema/shape.ts';
import { RUNBOOK_DEPLOYMENTS, runbookOf } from '../support/runbooks.ts';

const cases = Object.entries(RUNBOOK_DEPLOYMENTS);

describe.each(cases)('the runbook of %s', (_, deployment) => {
  const text = runbookOf(deployment, { file: 'my file.yaml' });
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('difyctl '));
  const commands = [...new Set(lines)].map(shellWords);

  test('has a name in every place', () => {
    expect(text).not.toMatch(/\{\{|\}\}|undefined|\[object|^\|[^|]*\|\s*\|/m);
  });

  test('has blocks that a shell can parse', () => {
    for (const block of blocks) execFileSync('bash', ['-n'], { input: block });
  });

  test('has only commands of difyctl that parse', async () => {
    expect(commands.length).toBeGreaterThan(20);
    for (const [, name = '', ...args] of commands) {
      const entry = COMMANDS.find((one) => one.name === name);
      expect(entry, name).toBeDefined();
      const command = addGlobalOptions(new Command(name))
        .exitOverride()
        .configureOutput({ writeErr: () => undefined });
      (await entry?.load())?.define(command, {} as CommandContext);
      if (entry?.deployment === true) addDeploymentOptions(command, []);
      command.action(() => undefined);
      expect(() => command.parse(args, { from: 'user' }), args.join(' ')).not.toThrow();
    }
  });

  test('names only checks that exist and apply', () => {
    for (const [, name = '', ...args] of commands) {
      const at = args.indexOf('--only');
      const ids = at < 0 ? [] : (args[at + 1] ?? '').split(',');
      for (const id of ids) {
        const judge = () => refuseInapplicable(CHECKS, [name as Phase], [id], { deployment, tier: deployment.tier });
        expect(judge, `${name} ${id}`).not.toThrow();
        const pattern = new RegExp(`^${id.replaceAll('.', '[.]').replaceAll('*', '.*')}$`);
        const found = CHECKS.some((check) => check.phases.includes(name as Phase) && pattern.test(check.id));
        expect(found, `${name} ${id}`).toBe(true);
      }
    }
    const named = [...text.matchAll(/`([a-z][A-Za-z-]*(?:\.[A-Za-z-]+)+)`/g)].map(([, word = '']) => word);
    const known = new Set(ALL_CHECKS.map(({ id }) => id));
    const isField = (word: string) => shapesAt(word.split('.')).length > 0;
    const isFile = (word: string) => /\.(?:txt|json|netrc)$/.test(word);
    expect(named.filter((word) => !known.has(word) && !isField(word) && !isFile(word))).toEqual([]);
  });
});

/** The words of a command as a shell splits them, with its variables as they are. */
function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|[^\s]+/g)].map(([word, double, single]) => double ?? single ?? word);
}
