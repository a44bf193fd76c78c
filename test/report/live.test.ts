import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { liveChecklist } from '../../src/report/live.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const style = { color: false, unicode: true, width: 40 };

it('fills in, in place, and takes itself away', () => {
  let text = '';
  const live = liveChecklist((part) => {
    text += part;
  }, style);
  live.onEvent({
    type: 'selected',
    checks: [
      { id: 'tools.helm', subject: 'tools' },
      { id: 'cluster.version', subject: 'cluster' },
    ],
  });
  live.onEvent({ type: 'collecting', key: 'cluster.version' });
  vi.advanceTimersByTime(100);
  expect(text).toContain('tools            0 of 1');
  expect(text).toContain('looking at cluster.version');
  live.end();
  expect(text.endsWith('\u001b[3A\u001b[J\u001b[?25h')).toBe(true);
  const before = text;
  vi.advanceTimersByTime(10_000);
  expect(text).toBe(before);
});

it('leaves nothing where it never began', () => {
  let text = '';
  liveChecklist((part) => {
    text += part;
  }, style).end();
  expect(text).toBe('');
});
