import { counted } from '../../base/words.ts';
import type { Invariant } from './facts.ts';
import { broken, examplesOf, holds, judgeRead, skipped } from './verdicts.ts';

/** SECRET_KEY also signs sessions and file URLs, but of these nothing is stored. */
export const secretKeyInvariant: Invariant = {
  id: 'secret-key',
  expected: 'what Dify encrypted with SECRET_KEY (OAuth clients of the system) decrypts with it',
  judge: ({ systemSecrets }) =>
    judgeRead(systemSecrets, (all) => {
      const wrong = all.filter(({ decrypts }) => !decrypts);
      if (all.length === 0) return skipped('the database has nothing that is encrypted with SECRET_KEY');
      if (wrong.length > 0) return broken(`SECRET_KEY does not decrypt ${examplesOf(wrong.map(({ row }) => row))}`);
      return holds(`${counted(all.length, 'OAuth client')} decrypt`);
    }),
};
