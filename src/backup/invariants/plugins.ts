import { counted } from '../../base/words.ts';
import type { Invariant } from './facts.ts';
import { broken, examplesOf, holds, judgeRead } from './verdicts.ts';

export const pluginsInvariant: Invariant = {
  id: 'plugins',
  expected: 'every installed plugin has its package in the storage of the plugin daemon',
  judge: ({ plugins }) =>
    judgeRead(plugins, ({ packages, missing }) =>
      missing.length === 0
        ? holds(counted(packages, 'package'))
        : broken(`${missing.length} of ${counted(packages, 'package')} are missing: ${examplesOf(missing)}`),
    ),
};
