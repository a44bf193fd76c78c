import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { aside } from './aside.ts';
import { evidenceOf, isObserved } from './mechanisms.ts';

export const recoveryRedis: Check = {
  id: 'recovery.redis',
  title: 'a restarted Redis still has the queued jobs',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery, redis }) => redis.mode === 'external' && recovery?.redis !== undefined),
  requires: [],
  optional: evidenceOf('redisFiles'),
  remedy: 'set appendonly yes on the server and recovery.redis.persistence to aof',
  judge: (context) => {
    const expected = 'aof, which loses at most a second, or rdb, which loses the jobs after its last snapshot';
    const planned = deploymentOf(context).recovery?.redis?.persistence ?? 'none';
    if (planned === 'none')
      return finding('warn', { observed: 'no persistence: a restart loses every queued and running job', expected });
    // redis.persistence reports what the server does, and whether it can be seen: one problem, one finding.
    if (!isObserved(context, 'redisFiles'))
      return aside(`difyctl could not observe whether Redis uses ${planned}: see redis.persistence`);
    return pass(`${planned}: a restart loses ${LOST[planned]}, no stored work`, expected);
  },
};

const LOST = { rdb: 'jobs queued after the last snapshot', aof: 'at most a second of queued jobs' } as const;
