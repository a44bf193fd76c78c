import { expect, it } from 'vitest';
import { createSpinner } from '../../src/report/spinner.ts';

/** The output of a spinner for a text that changes, and for its end. */
function drawn(width: number, text: string): string {
  let said = '';
  // An endless loop would also write forever: this limit ends it.
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

it('draws and erases itself at every width, also at an unknown one', () => {
  for (const width of [...Array(201).keys(), Number.NaN, -1, 0.5]) {
    for (const text of ['', 'looking at cluster.nodes, postgres.server', `a\n  b\n${'c'.repeat(300)}`]) {
      expect(drawn(width, text)).toMatch(/\r$/);
    }
  }
});
