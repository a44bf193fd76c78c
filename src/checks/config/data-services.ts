import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { errorInProd, withFile } from '../when.ts';

/** The bundled PostgreSQL and Redis are one pod or container each, without failover. */
export const externalDataServices: Check = {
  id: 'config.external-data-services',
  title: 'PostgreSQL and Redis are external services that do not depend on this deployment',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  requires: [],
  remedy: 'set postgres.mode and redis.mode to external and name redundant servers',
  judge: (context) => {
    const { postgres, redis } = deploymentOf(context);
    const bundled = [
      ...(postgres.mode === 'bundled' ? ['postgres'] : []),
      ...(redis.mode === 'bundled' ? ['redis'] : []),
    ];
    const expected = 'external, redundant data services';
    if (bundled.length === 0) return pass('external', expected);
    return finding('fail', {
      observed: `bundled ${listed(bundled)}`,
      expected,
      message: `bundled ${listed(bundled)}: one copy each, no failover`,
      remedy: `set ${listed(bundled.map((name) => `${name}.mode`))} to external and name redundant servers`,
    });
  },
};

export const localStorage: Check = {
  id: 'config.local-storage',
  title: 'files are in object storage',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  requires: [],
  remedy: 'set objectStorage.provider to your object store: s3, azure-blob, gcs, …',
  judge: (context) => {
    const { provider } = deploymentOf(context).objectStorage;
    const expected = 'object storage, which several machines can use';
    if (provider !== 'local') return pass(provider, expected);
    return finding('fail', {
      observed: 'files are on a volume (objectStorage.provider local)',
      expected,
      message:
        'files are on a volume: they are lost with its disk, and other machines cannot read them unless the volume is shared',
    });
  },
};
