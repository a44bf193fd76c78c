import { describe, expect, it } from 'vitest';
import { ExternalError, UserError } from '../../src/base/errors.ts';
import { revisionLine } from '../../src/cli/commands/history.ts';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { CommandRun, type ProcessIo } from '../../src/cli/frame/run.ts';
import { Discovery } from '../../src/cli/input/discovery.ts';
import { publishReport } from '../../src/cli/output/check-output.ts';
import { changeLines, kindLines, placeLines } from '../../src/cli/output/plan-text.ts';
import { progressView } from '../../src/cli/output/progress.ts';
import { statusText } from '../../src/cli/output/status-text.ts';
import type { PlannedInstall } from '../../src/operations/plan-install.ts';
import type { Revision } from '../../src/state/revisions/revision.ts';
import { HOSTILE_TEXTS, RUNNER_COMMAND, UNPRINTABLE } from '../support/hostile-texts.ts';
import { sampleReport, sampleResult } from '../support/reports.ts';

const GLOBALS = {
  config: undefined,
  output: 'text',
  set: [],
  kubeconfig: undefined,
  context: undefined,
  timeoutMs: undefined,
  nonInteractive: false,
  color: true,
  quiet: false,
  verbose: true,
  version: false,
} as const;

interface Ends {
  readonly stdout: string;
  readonly stderr: string;
}

/** What reaches the two real streams while `work` has the context of a run. */
async function written(
  work: (context: CommandContext, run: CommandRun) => unknown,
  over: { readonly output?: CommandContext['output']; readonly terminal?: boolean; readonly github?: boolean } = {},
): Promise<Ends> {
  const ends = { stdout: '', stderr: '' };
  const stream = (name: keyof Ends) => ({
    isTTY: over.terminal === true,
    columns: 80,
    write: (text: string) => {
      ends[name] += text;
      return true;
    },
  });
  const streams = { stdin: {}, stdout: stream('stdout'), stderr: stream('stderr') } as unknown as ProcessIo['streams'];
  const env = { LANG: 'C.UTF-8', TERM: 'xterm', ...(over.github === true ? { GITHUB_ACTIONS: 'true' } : {}) };
  const signal = new AbortController().signal;
  const run = new CommandRun({ streams, env, cwd: '/', now: () => new Date(0), signal });
  const globals = { ...GLOBALS, output: over.output ?? 'text' };
  await work(
    run.context(globals, [], () => Promise.resolve([])),
    run,
  );
  return ends;
}

/** difyctl's own colours and the movements of its spinner. */
const ESC = '\u001b';
const OWN = new RegExp(`${ESC}\\[(?:[0-9;]*m|[0-9]*[AGK]|[?](?:25|2026)[lh])|\r`, 'g');

function expectClean(text: string, isTerminal = false): void {
  const shown = isTerminal ? text.replace(OWN, '') : text;
  expect(shown).not.toMatch(UNPRINTABLE);
  expect(shown).not.toMatch(RUNNER_COMMAND);
  expect(shown).toContain('evil');
}

const hostileReport = (text: string) =>
  sampleReport(
    [
      sampleResult('postgres.reachable', {
        status: 'fail',
        message: text,
        observed: text,
        expected: text,
        remedy: text,
        observations: [{ subject: text, from: 'local', status: 'fail', observed: text, expected: text }],
      }),
      sampleResult('config.tls', { status: 'warn', message: text, accepted: { reason: text } }),
      sampleResult('mail.reachable', { status: 'skip', message: text }),
    ],
    { location: text, policy: { name: text, file: text } },
  );

describe.each(HOSTILE_TEXTS)('%s from outside', (_, text) => {
  it.each([
    ['text', true],
    ['text', false],
    ['json', false],
    ['junit', false],
    ['html', false],
  ] as const)('does nothing in a report as %s (terminal: %s)', async (output, terminal) => {
    const report = hostileReport(text);
    const { stdout } = await written((context) => publishReport(report, context, { next: 'x', files: [] }), {
      output,
      terminal,
    });
    expectClean(stdout, terminal);
    if (output === 'json') expect(JSON.parse(stdout).checks).toHaveLength(3);
  });

  it('adds no annotation', async () => {
    const report = hostileReport(text);
    const show = (context: CommandContext) => publishReport(report, context, { next: 'x', files: [] });
    const { stderr } = await written(show, { github: true });
    const lines = stderr.split('\n').filter((line) => line !== '');
    expect(lines.map((line) => /^::(error|warning) (?:file=[^:,]*,)?title=([a-z.-]+)::/.exec(line)?.slice(1))).toEqual([
      ['error', 'postgres.reachable'],
      ['warning', 'config.tls'],
    ]);
    expect(stderr).not.toMatch(UNPRINTABLE);
    expect(stderr).not.toMatch(/##[a-z]*\[/i);
  });

  it('does nothing in an error', async () => {
    const faults = [
      new ExternalError(text, { command: text, stderr: [text], next: [text] }),
      new UserError(text, { problems: [{ path: text, message: text }] }),
      new Error(text),
    ];
    for (const fault of faults) {
      const { stderr } = await written((_, run) => run.fail(fault, []));
      expectClean(stderr);
      expect(stderr.split('\n').filter((line) => /^ {2}\S/.test(line))).toHaveLength(2);
      const { stdout } = await written((_, run) => run.fail(fault, ['-o', 'json']));
      expect(stdout).not.toMatch(UNPRINTABLE);
      expect(stdout).not.toMatch(RUNNER_COMMAND);
      expect(JSON.parse(stdout).message).toContain(text);
    }
  });

  it.each([false, true])('does nothing in progress (terminal: %s)', async (terminal) => {
    const { stderr } = await written(
      (context) => {
        const view = progressView(context);
        view.onProgress({ type: 'step-started', step: 'apply', title: text });
        view.onProgress({ type: 'step-progress', step: 'apply', detail: text });
        view.onProgress({ type: 'note', level: 'warn', text });
        view.onProgress({ type: 'step-ended', step: 'apply', status: 'failed', detail: text, durationMs: 83_000 });
        view.end();
      },
      { terminal },
    );
    expectClean(stderr, terminal);
    const ends = stderr.split('\n').filter((line) => line.includes('apply') && line.includes('1m 23s'));
    expect(ends).toHaveLength(1);
  });

  it('forges no row of a plan, a status or a history', async () => {
    const style = { color: false, unicode: true, width: 400 };
    const changes = [{ action: 'change' as const, kind: text, name: text, paths: [text] }];
    const draft = {
      plan: { changes },
      place: { facts: [{ name: 'context', value: text }] },
    } as unknown as PlannedInstall;
    const worker = { name: text, ready: 0, desired: 1, restarts: 1, detail: text, simulated: false };
    const drift = { kind: text, name: text, change: 'changed' as const, path: text, was: text, is: text };
    const release = { exists: true, status: text, revision: 1, workloads: [worker], drift: [drift] };
    const revision = { number: 1, outcome: 'applied', startedAt: text, by: text, detail: text } as unknown as Revision;
    const { stdout } = await written((context) => {
      const plan = [...placeLines(draft, style), ...kindLines(draft, style), ...changeLines(changes, style, true)];
      context.stdout.write(`${plan.join('\n')}\n`);
      const versions = { revision: 1, dify: text, chart: text };
      const rehearsal = {
        ...{ at: text, verdict: 'fail' as const, kinds: [text], isInstalledSet: false },
        shape: { source: 'flags' as const, digest: text, nodes: 6, zones: 3, kubernetes: text },
        summary: { pass: 1, warn: 0, fail: 1, skip: 0 },
        failures: [{ kind: text, subject: text, message: text }],
      };
      const view = { name: 'dify', address: text, release, revision, versions, rehearsal, next: text };
      context.stdout.write(statusText(view, new Date(), style));
      context.stdout.write(revisionLine(revision, style));
    });
    expectClean(stdout);
    expect(stdout.trimEnd().split('\n')).toHaveLength(4 + 8 + 2 + 1);
  });

  it('is not suggested by the wizard', async () => {
    const config = JSON.stringify({ 'current-context': 'a', contexts: [{ name: 'a' }, { name: `${text}\u0007` }] });
    const engine = JSON.stringify({ ServerVersion: text });
    const runner = {
      run: async (program: string, args: readonly string[]) => {
        const asked = args.includes('nodes') ? `${text} z\n` : args.includes('ingressclasses') ? `nginx ${text}` : '';
        const stdout = program === 'docker' ? engine : args.includes('view') ? config : asked;
        return { exitCode: 0, stdout, stderr: '' };
      },
    };
    const discovery = new Discovery(runner, undefined, new AbortController().signal);
    await discovery.lookAround();
    expect(discovery.found.contexts.map(({ name }) => name)).toEqual(['a']);
    const shown = JSON.stringify(discovery.found.docker) + JSON.stringify(discovery.found.contexts[0]);
    expect(shown).not.toMatch(/\\[unr]/);
    expect(shown).not.toMatch(UNPRINTABLE);
  });
});
