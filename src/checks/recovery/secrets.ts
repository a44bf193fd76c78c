import { externalStore } from '../../deployment/external-secrets.ts';
import { SECRETS_FACTS } from '../../evidence/secrets.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { aside } from './aside.ts';
import { declared } from './declared.ts';

export const recoverySecrets: Check = {
  id: 'recovery.secrets',
  title: 'a copy of the keys that protect stored data exists outside the installation',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery !== undefined),
  requires: [],
  optional: [SECRETS_FACTS],
  remedy: 'copy the generated secrets into your secret manager, and set recovery.configuration.secrets to the location',
  judge: (context) => {
    const { name, target, secrets, recovery } = deploymentOf(context);
    const expected = 'a copy that survives the loss of the cluster or host';
    const kept = recovery?.configuration?.secrets;
    const reference = secrets.secretKey;
    const isGiven = reference !== undefined && ('env' in reference || 'file' in reference);
    if (isGiven && target.type === 'kubernetes') return judgeGiven(context, expected);
    const open = 'open the copy, and compare its SECRET_KEY with that of the installation';
    if (kept !== undefined) return declared(`the copy in ${kept}`, open);
    if (isGiven) return declared('a copy of secrets.secretKey outside this host', open);
    const store = externalStore({ secrets });
    if (store !== undefined) {
      return declared(
        `a copy of secrets.secretKey in ${store.kind} ${store.name}`,
        'check where the store keeps its values, and that they survive the loss of the cluster',
      );
    }
    if (reference !== undefined && 'kubernetes' in reference) {
      return finding('warn', {
        observed: `the only copy of secrets.secretKey is in the Secret ${reference.kubernetes.name} of the cluster`,
        expected,
        remedy: `copy that Secret into your secret manager, and declare the location: difyctl init --recovery-configuration-secrets "vault: kv/${name}"`,
      });
    }
    // Without it a restored database cannot be read. It can still be copied while the installation exists.
    return finding('warn', {
      observed: 'only the installation has the generated SECRET_KEY',
      expected,
      message: 'only the installation has the generated SECRET_KEY: without it, a restored database cannot be read',
      remedy: `copy .difyctl/${name}/secrets.yaml into your secret manager, and declare the location: difyctl init --recovery-configuration-secrets "vault: kv/${name}"`,
    });
  },
};

/** A secret that this machine could read is kept outside the cluster. */
function judgeGiven(context: JudgeContext, expected: string): Judgement {
  const facts = context.optionalEvidence(SECRETS_FACTS)?.data ?? [];
  const fact = facts.find(({ path }) => path === 'secrets.secretKey');
  if (fact === undefined || fact.unresolved !== undefined)
    return aside('secrets.secretKey could not be read: see config.secrets');
  return pass(`secrets.secretKey was read from ${fact.source}, outside the cluster`, expected);
}
