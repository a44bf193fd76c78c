import { shellWord } from '../../base/shell-word.ts';
import { REDIS } from '../../evidence/redis/facts.ts';
import type { FaultFact } from '../../net/probe-error.ts';
import type { Check, Judgement, Observation } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { judgeCertificate } from '../services/certificate.ts';
import { notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { cliOf, onExternalRedis, type RedisContext, redisContext, unconnected } from './context.ts';
import { isSilent } from './sentinel-views.ts';

export const redisTls: Check = {
  id: 'redis.tls',
  title: 'Redis uses TLS as the file says, with a valid certificate',
  phases: ['preflight'],
  severity: error,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'openssl s_client -connect HOST:PORT shows the certificate; redis.tls.caFile names the authority to trust',
  judge: (context) => {
    const found = redisContext(context);
    const { server } = found.evidence;
    const away = unconnected(found);
    if (away !== undefined || server === undefined) return away ?? notReached('redis.master');
    const { mode } = found.redis.tls;
    const { certificate, fault: seen, address } = server;
    if (certificate !== undefined) return judgeCertificate(certificate, context.now, mode === 'verify-full');
    if (seen?.stage !== 'tls') return pass(mode === 'disable' ? 'without TLS, as the file says' : 'TLS');
    const remedy =
      mode === 'disable'
        ? `openssl s_client -connect ${shellWord(address)} shows whether it uses TLS; if so, set redis.tls.mode`
        : `${cliOf(address)} PING shows whether it answers without TLS; if so, set redis.tls.mode: disable`;
    const expected = mode === 'disable' ? 'an answer without TLS' : 'TLS';
    return finding('fail', { observed: `${address} ${seen.text}`, expected, remedy });
  },
};

export const redisLogin: Check = {
  id: 'redis.login',
  title: 'Redis and every sentinel accept the login of Dify',
  phases: ['preflight'],
  severity: error,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'try the user and password by hand: redis-cli -h HOST -p PORT --user USER --askpass PING',
  judge: (context) => {
    const found = redisContext(context);
    const observations = [...sentinelLogins(found), ...serverLogin(found)];
    const failed = observations.filter(({ status }) => status === 'fail');
    const expected = 'the login is accepted, and commands are answered';
    const first = failed[0];
    if (first !== undefined) {
      const observed = listed(failed.map(({ subject, observed: text }) => `${subject} ${text}`));
      return { ...finding('fail', { observed, expected, remedy: loginStep(found, first.subject) }), observations };
    }
    if (observations.length > 0)
      return {
        ...pass(listed(observations.map(({ subject, observed }) => `${subject} ${observed}`)), expected),
        observations,
      };
    return judgeUnanswered(found);
  },
};

function serverLogin(found: RedisContext): readonly Observation[] {
  const { server } = found.evidence;
  if (server === undefined || unconnected(found) !== undefined) return [];
  const { fault: seen, address, latencyMs } = server;
  const good = latencyMs === undefined ? 'accepts the login' : `accepts the login and answers in ${latencyMs} ms`;
  return observe(address, seen, good, found.from);
}

function sentinelLogins({ evidence: { sentinels }, from }: RedisContext): readonly Observation[] {
  const isAnyIn = sentinels.some((sentinel) => sentinel.fault === undefined);
  return sentinels.flatMap(({ address, fault: seen }) => {
    // A silent sentinel is down, which redis.sentinels reports, unless none accepts the login.
    if (seen !== undefined && isSilent(seen) && isAnyIn) return [];
    // A server that is no sentinel, or does not know the master, has accepted the login.
    const isIn = seen === undefined || (seen.stage === 'use' && !isSilent(seen));
    return observe(address, isIn ? undefined : seen, 'accepts the login', from);
  });
}

function observe(
  subject: string,
  seen: FaultFact | undefined,
  good: string,
  from: RedisContext['from'],
): readonly Observation[] {
  const expected = 'the login is accepted';
  if (seen === undefined) return [{ subject, from, status: 'pass', observed: good, expected }];
  // Other checks report stages before the login, and secrets without a value.
  if ((seen.stage !== 'login' && seen.stage !== 'use') || seen.code === 'NOSECRET') return [];
  return [{ subject, from, status: 'fail', observed: seen.text, expected }];
}

function judgeUnanswered(found: RedisContext): Judgement {
  const { server, sentinels } = found.evidence;
  const seen = server?.fault ?? sentinels.find((sentinel) => sentinel.fault !== undefined)?.fault;
  if (seen?.code === 'NOSECRET') return notReached('config.secrets');
  if (seen?.stage === 'tls') return notReached(server === undefined ? 'redis.sentinel-client' : 'redis.tls');
  return unconnected(found) ?? notReached('redis.tls');
}

function loginStep({ redis, evidence }: RedisContext, address: string): string {
  const seen = [evidence.server, ...evidence.sentinels].find((one) => one?.address === address)?.fault;
  if (seen?.code === 'ETIMEDOUT' || seen?.code === 'ECONNRESET')
    return `${cliOf(address)} PING shows whether Redis answers there at all`;
  if (seen?.code === 'BUSY') return `${cliOf(address)} SCRIPT KILL (FUNCTION KILL for a function)`;
  if (/maxclients/.test(seen?.text ?? ''))
    return `${cliOf(address)} CONFIG SET maxclients 10000, and the same in its configuration; CLIENT LIST shows the clients`;
  if (seen?.code === 'LOADING')
    return `wait until Redis has loaded its data (${cliOf(address)} INFO persistence), then re-run difyctl`;
  const isSentinel = evidence.sentinels.some((sentinel) => sentinel.address === address);
  const user = redis.topology === 'sentinel' && isSentinel ? redis.sentinel.username : redis.username;
  const secured = redis.tls.mode === 'disable' || isSentinel ? '' : ' --tls';
  const names = isSentinel
    ? 'redis.sentinel.username and redis.sentinel.password'
    : 'redis.username and redis.password';
  return `${cliOf(address)}${secured} --user ${user ?? 'default'} --askpass PING; then fix ${names}`;
}
