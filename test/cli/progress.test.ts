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

test('in a log each change of state is a line', () => {
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

test('with --quiet nothing is said', () => {
  const { said, view: progress } = view({ quiet: true });
  progress.onProgress({ type: 'step-progress', step: 'apply', detail: 'api 2/3' });
  progress.end();
  expect(said()).toBe('');
});
