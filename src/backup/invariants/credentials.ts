import { counted } from '../../base/words.ts';
import type { Invariant } from './facts.ts';
import { broken, examplesOf, holds, judgeRead, skipped } from './verdicts.ts';

export const credentialsInvariant: Invariant = {
  id: 'credentials',
  expected: "one stored credential of each tenant decrypts with the tenant's private key",
  judge: ({ tenants }) =>
    judgeRead(tenants, (all) => {
      const stored = all.filter(({ credential }) => credential !== 'none');
      const wrong = stored.filter(({ credential }) => credential === 'fails');
      if (stored.length === 0) return skipped('no tenant has a stored credential');
      if (wrong.length === 0 && stored.some(({ credential }) => credential === 'sealed'))
        return skipped('the private keys are in the secrets of the set, which were not opened');
      if (wrong.length > 0) return broken(`no credential decrypts of ${examplesOf(wrong.map(({ tenant }) => tenant))}`);
      return holds(`one credential of ${counted(stored.length, 'tenant')} decrypts`);
    }),
};
