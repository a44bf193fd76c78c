import { expect, it } from 'vitest';
import { wrap } from '../../src/base/wrap.ts';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { detectTerminal } from '../../src/cli/frame/terminal.ts';
import { progressView, resultStyle } from '../../src/cli/output/progress.ts';
import { reportText } from '../../src/report/text.ts';
import { noteLines, reviewLines } from '../../src/wizard/terminal/review-lines.ts';
import { runCli } from '../support/cli.ts';
import { sampleReport, sampleResult } from '../support/reports.ts';

const WIDTHS = [...Array(201).keys()];
const LONG = 'the addresses of the data services are reached from here, and none of them answers in time';
/** More than any of these texts may have, however narrow. */
const ENOUGH = 20_000;

function contextOf(columns: number, written: string[]): CommandContext {
  const stream = { isTTY: true, columns };
  const write = (text: string): void => {
    written.push(text);
    if (written.join('').length > ENOUGH) throw new Error(`at ${columns} columns the output does not end`);
  };
  const terminal = detectTerminal(
    { stdin: stream, stdout: stream, stderr: stream },
    {},
    { color: false, nonInteractive: true },
  );
  const redact = (text: string): string => text;
  return { quiet: false, env: {}, terminal, stderr: { write }, draw: write, redact } as unknown as CommandContext;
}

it('the progress line fits every width that a terminal can report', () => {
  for (const columns of WIDTHS) {
    const written: string[] = [];
    const view = progressView(contextOf(columns, written));
    view.onProgress({ type: 'step-started', step: 'apply', title: LONG });
    view.onProgress({ type: 'step-progress', step: 'apply', detail: LONG });
    view.onProgress({ type: 'note', level: 'warn', text: LONG });
    view.onProgress({ type: 'step-ended', step: 'apply', status: 'done', detail: LONG, durationMs: 1_000 });
    view.end();
    expect(written.at(-1)).toBe(`  ok apply       ${LONG}   1.0 s\n`);
  }
});

it('reports, reviews and notes have all their words at every width', () => {
  const report = sampleReport([sampleResult('tools.helm', { status: 'fail', message: LONG, remedy: LONG })]);
  const words = LONG.split(' ');
  for (const columns of WIDTHS) {
    const style = { ...resultStyle(contextOf(columns, [])), verbose: false, next: 'difyctl install' };
    const review = { rows: [{ subject: 'target', text: LONG }], open: [LONG], notes: [LONG] };
    for (const text of [
      reportText(report, style),
      reviewLines(review, style).join('\n'),
      noteLines([LONG, { label: 'redis', text: LONG }], style).join('\n'),
      wrap(LONG, columns, 2, 4).join('\n'),
    ]) {
      const shown = text.split(/\s+/);
      expect(words.filter((word) => !shown.includes(word))).toEqual([]);
      expect(text.length).toBeLessThan(ENOUGH);
    }
  }
});

it('the command line works at every width', async () => {
  for (const terminal of WIDTHS) {
    const { code, stdout } = await runCli(['checks', 'explain', 'cluster.capacity.nodes'], { terminal });
    expect([code, stdout.length > 0 && stdout.length < ENOUGH]).toEqual([0, true]);
    const help = await runCli(['preflight', '--help'], { terminal });
    expect([help.code, help.stdout.includes('--from')]).toEqual([0, true]);
  }
});
