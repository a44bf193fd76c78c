import { expect, it } from 'vitest';
import { createSpinner } from '../../src/report/spinner.ts';

/** What a spinner draws for a text that changes, and for its end. */
function drawn(width: number, text: string): string {
  let said = '';
  // A loop that never ends would also write for ever: this ends it.
  const write = (chunk: string): void => {
    said += chunk;
    if (said.length > 100_000) throw new Error(`at ${width} columns the spinner does not end`);
  };
  const spinner = createSpinner(write, { color: false, unicode: true, width });
  spinner.show(text);
  spinner.show(`${text} again`);
  spinner.clear();
  return said;
}

it('draws and takes itself away at every width, also at none', () => {
  for (const width of [...Array(201).keys(), Number.NaN, -1, 0.5]) {
    for (const text of ['', 'looking at cluster.nodes, postgres.server', `a\n  b\n${'c'.repeat(300)}`]) {
      expect(drawn(width, text)).toMatch(/\r$/);
    }
  }
});
