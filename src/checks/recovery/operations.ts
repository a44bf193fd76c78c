import type { Check } from '../check.ts';
import { deploymentOf, fault, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';

export const recoveryUpgradeWindow: Check = {
  id: 'recovery.upgrade-window',
  title: 'a time is named in which upgrades may disturb users',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery !== undefined),
  needs: [],
  remedy: 'difyctl init --recovery-upgrade-window "Sun 02:00-04:00 Europe/Berlin"',
  judge: (context) => {
    const named = deploymentOf(context).recovery?.upgradeWindow;
    const expected = 'day, from, to and time zone';
    // Database migrations run with the api stopped: without a window they run when somebody happens to upgrade.
    if (named === undefined) return fault('warn', { observed: 'no upgrade window is named', expected });
    const [from, to] = (named.split(' ')[1] ?? '').split('-');
    if (from === to) return fault('warn', { observed: `${named} is no time at all`, expected });
    return pass(named, expected);
  },
};

export const recoveryRedis: Check = {
  id: 'recovery.redis',
  title: 'a restarted Redis still has the queued jobs',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery, redis }) => redis.mode === 'external' && recovery?.redis !== undefined),
  needs: [],
  remedy: 'set appendonly yes on the server and recovery.redis.persistence to aof',
  judge: (context) => {
    const expected = 'aof, which loses a second, or rdb, which loses what came after its last snapshot';
    switch (deploymentOf(context).recovery?.redis?.persistence) {
      case 'none':
        return fault('warn', {
          observed: 'no persistence: a restart loses every queued and running job',
          expected,
        });
      case 'rdb':
        return pass('rdb: a restart loses jobs queued after the last snapshot, no stored work', expected);
      default:
        return pass('aof: a restart loses at most a second of queued jobs, no stored work', expected);
    }
  },
};

export const recoverySecrets: Check = {
  id: 'recovery.secrets',
  title: 'the keys that protect stored data are kept apart from the installation',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery !== undefined),
  needs: [],
  remedy: 'copy the generated secrets into your secret manager, and say where: recovery.configuration.secrets',
  judge: (context) => {
    const { name, secrets, recovery } = deploymentOf(context);
    const expected = 'a copy that outlives cluster or host';
    const kept = recovery?.configuration?.secrets;
    if (kept !== undefined) return pass(`kept in ${kept}`, expected);
    const reference = secrets.secretKey;
    if (reference !== undefined && !('generated' in reference))
      return pass('secrets.secretKey comes from outside', expected);
    // A restored database is unreadable without it; it can still be copied, as long as the installation lives.
    return fault('warn', {
      observed: 'the generated SECRET_KEY is known to the installation alone',
      expected,
      message:
        'the generated SECRET_KEY is known to the installation alone: without it a restored database cannot be read',
      remedy: `copy .difyctl/${name}/secrets.yaml into your secret manager, and say where: difyctl init --recovery-configuration-secrets "vault: kv/${name}"`,
    });
  },
};
