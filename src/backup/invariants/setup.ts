import type { Invariant } from './facts.ts';
import { broken, holds, judgeRead } from './verdicts.ts';

/** An empty database shows Dify's setup page: the most common sign of a restore into the wrong place. */
export const setupInvariant: Invariant = {
  id: 'setup',
  expected: 'the setup of Dify is finished: dify_setups has a row',
  judge: ({ setups }) =>
    judgeRead(setups, (rows) =>
      rows > 0 ? holds('finished') : broken('dify_setups is missing or empty: Dify would show its setup page'),
    ),
};
