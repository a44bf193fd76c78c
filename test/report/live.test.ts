import { expect, it } from 'vitest';
import { liveChecklist } from '../../src/report/live.ts';
import type { Spinner } from '../../src/report/spinner.ts';

const style = { color: false, unicode: true, width: 40 };

/** Records the shown text; undefined if nothing is shown. */
function shownBy(): { readonly spinner: Spinner; readonly shown: () => string | undefined } {
  let shown: string | undefined;
  const spinner = {
    show: (text: string) => {
      shown = text;
    },
    clear: () => {
      shown = undefined;
    },
  };
  return { spinner, shown: () => shown };
}

it('updates in place, and erases itself', () => {
  const { spinner, shown } = shownBy();
  const live = liveChecklist(spinner, style);
  live.onEvent({
    type: 'selected',
    checks: [
      { id: 'tools.helm', subject: 'tools' },
      { id: 'cluster.version', subject: 'cluster' },
    ],
  });
  live.onEvent({ type: 'collecting', key: 'cluster.version' });
  expect(shown()).toContain('tools            0 of 1');
  expect(shown()).toContain('checking cluster.version');
  live.onEvent({ type: 'collected', key: 'cluster.version', outcome: 'ok', durationMs: 1 });
  expect(shown()).not.toContain('checking cluster.version');
  live.end();
  expect(shown()).toBeUndefined();
});

it('shows nothing if it never started', () => {
  const { spinner, shown } = shownBy();
  liveChecklist(spinner, style).end();
  expect(shown()).toBeUndefined();
});

it('fits the width of the terminal', () => {
  const { spinner, shown } = shownBy();
  const live = liveChecklist(spinner, style);
  for (const key of ['cluster.nodes', 'cluster.pods', 'cluster.rights']) live.onEvent({ type: 'collecting', key });
  expect(shown()?.split('\n')[0]?.length).toBeLessThanOrEqual(35);
});
