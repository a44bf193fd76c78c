import { shellWord } from '../../base/shell-word.ts';
import { externalStore } from '../../deployment/external-secrets.ts';
import { APP_EXTERNAL_SECRET } from '../../evidence/app/external-secret.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { error, whereFile } from '../when.ts';

const EXPECTED = 'an ExternalSecret that External Secrets reports as Ready';

/** Checks that values of the store still reach the Secret: pods start with those that it had before. */
export const appExternalSecret: Check = {
  id: 'app.external-secret',
  title: 'External Secrets updates the Secret of the installation',
  phases: ['postflight'],
  severity: error,
  when: whereFile((deployment) => externalStore(deployment) !== undefined),
  requires: [APP_EXTERNAL_SECRET],
  remedy: 'difyctl install applies the ExternalSecret again',
  judge: (context) => {
    const { name, exists, ready, why } = context.evidence(APP_EXTERNAL_SECRET);
    if (ready) return pass(`ExternalSecret ${name} is Ready`, EXPECTED);
    if (!exists) return finding('fail', { observed: `ExternalSecret ${name} does not exist`, expected: EXPECTED });
    const { target } = deploymentOf(context);
    const namespace = target.type === 'kubernetes' ? ` -n ${shellWord(target.namespace)}` : '';
    return finding('fail', {
      observed: `ExternalSecret ${name} is not Ready: ${why}`,
      expected: EXPECTED,
      remedy: `kubectl describe externalsecret ${shellWord(name)}${namespace}`,
    });
  },
};
