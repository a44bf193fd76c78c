import { expect, test } from 'vitest';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { progressView } from '../../src/cli/output/progress.ts';

function view(over: object = {}): { readonly said: () => string; readonly view: ReturnType<typeof progressView> } {
  const chunks: string[] = [];
  const context = {
    quiet: false,
    env: {},
    terminal: { stderrIsTerminal: false, stderrColor: false, unicode: true, width: 80 },
    stderr: { write: (text: string) => chunks.push(text) },
    ...over,
  } as unknown as CommandContext;
  return { said: () => chunks.join(''), view: progressView(context) };
}

test('a log has one line for each change of state', () => {
  const { said, view: progress } = view();
  progress.onProgress({ type: 'step-started', step: 'apply', title: 'apply' });
  progress.onProgress({ type: 'step-progress', step: 'apply', detail: 'api 2/3' });
  progress.onProgress({
    type: 'step-ended',
    step: 'apply',
    status: 'failed',
    detail: 'api is late',
    durationMs: 1_500,
  });
  progress.onProgress({ type: 'note', level: 'warn', text: 'the cluster could not be read' });
  expect(said().split('\n')).toEqual([
    '     apply       api 2/3',
    '  ✖ apply       api is late   1.5 s',
    '  ! the cluster could not be read',
    '',
  ]);
});

test('a long name of a step is followed by its detail', () => {
  const { said, view: progress } = view();
  progress.onProgress({
    type: 'step-ended',
    step: 'postgres-main',
    status: 'done',
    detail: '5 MiB',
    durationMs: 1_500,
  });
  expect(said()).toBe('  ✔ postgres-main  5 MiB   1.5 s\n');
});

test('--quiet prints nothing', () => {
  const { said, view: progress } = view({ quiet: true });
  progress.onProgress({ type: 'step-progress', step: 'apply', detail: 'api 2/3' });
  progress.end();
  expect(said()).toBe('');
});
