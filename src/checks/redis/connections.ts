import { parseQuantity } from '../../base/quantity.ts';
import { REDIS_CONNECTIONS } from '../../checklist/redis.ts';
import { mostReplicas } from '../../deployment/components.ts';
import { countOf } from '../../deployment/processes.ts';
import { type PlannedPool, plannedPools } from '../../deployment/worker-pools.ts';
import { REDIS, type RedisServerFact } from '../../evidence/redis/facts.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { type Planned, plannedOf } from '../planned.ts';
import { errorInProdElseWarning } from '../when.ts';
import { cliOf, hidden, isJudgement, onExternalRedis, redisContext, serving } from './context.ts';

export const redisConnections: Check = {
  id: 'redis.connections',
  title: 'Redis accepts as many clients as Dify opens',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onExternalRedis,
  requires: [REDIS],
  optional: [RENDERED_OBJECTS],
  remedy: 'raise maxclients in redis.conf (its default is 10000), or choose a plan with more connections',
  judge: (context) => {
    const found = redisContext(context);
    const seen = serving(found);
    if (isJudgement(seen)) return seen;
    const { server, info } = seen;
    const budget = redisBudget(plannedOf(context, 'most'), plannedPools(found.deployment));
    const expected = `maxclients ${budget.room} or more: ${budget.formula}`;
    const limit = info.maxClients ?? Number(server.settings.maxclients ?? Number.NaN);
    if (Number.isNaN(limit))
      return hidden(
        found,
        expected,
        `${cliOf(server.address)} ACL SETUSER ${found.redis.username ?? 'default'} '+config|get'`,
      );
    const observed = `maxclients ${limit}`;
    if (limit >= budget.room) return judgeIdle(server) ?? pass(observed, expected);
    const message = `${observed}; Dify opens about ${budget.least} connections when idle, and up to ${budget.formula} at its peak`;
    return finding(limit < budget.least ? 'fail' : 'warn', { observed, expected, message });
  },
};

/** Seconds. With a shorter limit, connections of Dify's pools are closed between two uses. */
const IDLE_SECONDS = 60;

function judgeIdle({ address, settings }: RedisServerFact): Judgement | undefined {
  const seconds = Number(settings.timeout ?? 0);
  if (seconds === 0 || seconds >= IDLE_SECONDS) return undefined;
  const observed = `timeout is ${seconds} s`;
  return finding('warn', {
    observed,
    expected: `timeout 0, or at least ${IDLE_SECONDS} s`,
    message: `${observed}: Redis closes connections of Dify's pools that are idle for this long`,
    remedy: `${cliOf(address)} CONFIG SET timeout 0, and the same in its configuration`,
  });
}

/** How many connections the planned processes hold at least, how many are enough for bursts, and the formula. */
function redisBudget(
  { api, worker, apiWebsocket, beat, pluginDaemon }: Planned,
  pools: readonly PlannedPool[],
): {
  readonly least: number;
  readonly room: number;
  readonly formula: string;
} {
  const count = (component: typeof api, variable: string, published: number) =>
    component.enabled ? component.replicas * countOf(component, variable, published) : 0;
  const apis = count(api, 'SERVER_WORKER_AMOUNT', 1);
  const sockets = count(apiWebsocket, 'API_WEBSOCKET_WORKER_AMOUNT', 1);
  const pooled = pools.map((pool) => ({ ...pool, replicas: mostReplicas(pool) }));
  const workers = [worker, ...pooled].reduce((sum, one) => sum + (one.enabled ? one.replicas : 0), 0);
  const { least, perProcess, shared } = REDIS_CONNECTIONS;
  const cores = Math.ceil(parseQuantity(pluginDaemon.limits.cpu));
  return {
    least:
      apis * least.api +
      sockets * least.apiWebsocket +
      workers * least.workerBeside +
      [worker, ...pooled].reduce((sum, one) => sum + count(one, 'CELERY_WORKER_AMOUNT', 4), 0) +
      (beat.enabled ? least.beat : 0) +
      (pluginDaemon.enabled ? pluginDaemon.replicas * cores * least.pluginDaemonPerCore : 0),
    room: perProcess * (apis + sockets + workers) + shared,
    formula: `${perProcess} × (${apis} api + ${sockets} websocket + ${workers} worker processes) + ${shared}`,
  };
}
