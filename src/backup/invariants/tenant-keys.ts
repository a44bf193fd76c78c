import { counted } from '../../base/words.ts';
import type { Invariant, TenantFact } from './facts.ts';
import { broken, examplesOf, holds, judgeRead, skipped } from './verdicts.ts';

const WORDS: Readonly<Record<Exclude<TenantFact['key'], 'matches' | 'sealed'>, string>> = {
  missing: 'is missing',
  other: 'does not belong to the public key in the database',
  unreadable: 'is no RSA key',
};

export const tenantKeysInvariant: Invariant = {
  id: 'tenant-keys',
  expected: 'every tenant has its private key in the object storage, and it belongs to its public key',
  judge: ({ tenants }) =>
    judgeRead(tenants, (all) => {
      const wrong = all.filter(({ key }) => key !== 'matches' && key !== 'sealed');
      if (all.length === 0) return broken('the database has no tenant');
      if (wrong.length === 0 && all.some(({ key }) => key === 'sealed'))
        return skipped(
          'the public keys are those of the set; the private keys are in its secrets, which were not opened',
        );
      if (wrong.length === 0) return holds(`${counted(all.length, 'tenant')}, each with its key`);
      return broken(examplesOf(wrong.map(describe)));
    }),
};

function describe({ tenant, key }: TenantFact): string {
  return key === 'matches' || key === 'sealed' ? tenant : `privkeys/${tenant}/private.pem ${WORDS[key]}`;
}
