import { REDIS, type RedisServerFact } from '../../evidence/redis/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { judgeCertificate } from '../services/certificate.ts';
import { faultStatus, notReached } from '../services/probed.ts';
import { errorInProdElseWarning, whereFile } from '../when.ts';
import { cliOf, type RedisContext } from './context.ts';

/** redis-py opens redis, rediss and unix URLs, never sentinel ones: the agent backend needs a plain address. */
export const redisAgentBackend: Check = {
  id: 'redis.agent-backend',
  title: 'the agent backend has a Redis that it can use',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(
    ({ redis }) => redis.mode === 'external' && (redis.topology === 'sentinel' || redis.agentUrl !== undefined),
  ),
  requires: [],
  optional: [REDIS],
  remedy: 'set redis.agentUrl to a reference to a plain redis:// URL, such as one of a proxy that follows the master',
  judge: (context) => {
    const { redis } = deploymentOf(context);
    const expected = 'a plain redis:// URL in redis.agentUrl, because the agent backend cannot use Sentinel';
    if (redis.mode !== 'external' || redis.agentUrl === undefined) {
      const message =
        'the agent backend cannot use Sentinel: without redis.agentUrl it and its sandbox are switched off';
      return finding('warn', { observed: 'no redis.agentUrl', expected, message });
    }
    const seen = context.optionalEvidence(REDIS);
    if (seen?.outcome !== 'ok' || seen.data === undefined) return pass('redis.agentUrl is set', expected);
    const { agent } = seen.data;
    if (agent === undefined) return notReached('config.secrets');
    if ('malformed' in agent) {
      const remedy =
        'write redis://USER:PASSWORD@HOST:PORT/NUMBER, and percent-encode every character of the password except letters, digits and -._~';
      return finding('fail', { observed: `redis.agentUrl cannot be used: ${agent.malformed}`, expected, remedy });
    }
    const certificate = certificateFault(agent, context.now);
    if (certificate !== undefined) return certificate;
    return judgeAgent(agent, { deployment: deploymentOf(context), from: seen.from }, expected);
  },
};

type AgentEvidence = Pick<RedisContext, 'deployment' | 'from'>;

/**
 * If TLS did not fail, only the dates count: the URL may ask for no verification, or name an authority that only the
 * container has. Undefined if the certificate is good.
 */
function certificateFault({ certificate, fault: broken }: RedisServerFact, now: Date): Judgement | undefined {
  if (certificate === undefined) return undefined;
  const { distrust: _, wrongHost: __, ...dates } = certificate;
  const judged = judgeCertificate(broken?.stage === 'tls' ? certificate : dates, now);
  return judged.status === 'pass' ? undefined : judged;
}

function judgeAgent(agent: RedisServerFact, { deployment, from }: AgentEvidence, expected: string): Judgement {
  const { address, fault: broken, info, databases } = agent;
  const remedy = `${cliOf(address)} PING, with the user and password of the URL; then fix what redis.agentUrl refers to`;
  if (broken !== undefined) {
    return finding(faultStatus(broken, deployment, from), { observed: `${address} ${broken.text}`, expected, remedy });
  }
  if (info?.mode === 'sentinel')
    return finding('fail', { observed: `${address} is a sentinel, which stores no data of Dify`, expected });
  if (info?.role === 'replica') return finding('fail', { observed: `${address} is a read-only replica`, expected });
  const refused = databases.find((one) => one.fault !== undefined);
  if (refused?.fault !== undefined) {
    return finding('fail', {
      observed: `database ${refused.number} of ${address} ${refused.fault.text}`,
      expected,
      remedy,
    });
  }
  return pass(`${address}, database ${databases[0]?.number ?? 0}`, expected);
}
