import { durationSeconds, span } from '../../base/duration.ts';
import type { ComponentName } from '../../checklist/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import {
  downtimeSeconds,
  formatPercent,
  type Part,
  partsOf,
  serialAvailability,
  type Topology,
} from '../../recovery/availability.ts';
import type { Check, JudgeContext } from '../check.ts';
import { deploymentOf, finding, listed } from '../judgement.ts';
import { type Planned, plannedOf } from '../planned.ts';
import { errorInProd, whereFile } from '../when.ts';
import { aside } from './aside.ts';
import { evidenceOf, unobserved, unobservedFailovers } from './mechanisms.ts';

export const recoveryAvailability: Check = {
  id: 'recovery.availability',
  title: 'the plan reaches the availability that is promised to users',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery?.availability !== undefined),
  requires: [],
  optional: [RENDERED_OBJECTS, ...evidenceOf('zones', 'standby', 'redisCopy')],
  remedy: 'set recovery.availability to what the plan reaches',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const promised = Number.parseFloat(deployment.recovery?.availability ?? '0');
    const parts = partsOf(topologyOf(deployment, plannedOf(context)));
    const carried = serialAvailability(parts);
    const expected = `${promised}% promised: at most ${span(downtimeSeconds(promised))} of downtime a year`;
    const product = `${listed(parts.map(words))} in series: ${formatPercent(carried)}`;
    if (promised > carried) {
      const own = parts.filter(({ what }) => !isManaged(what, deployment));
      const ownLimit = promised > serialAvailability(own);
      return finding(ownLimit ? 'fail' : 'warn', {
        observed: `the plan reaches ${formatPercent(carried)}`,
        expected,
        message: `${promised}% is promised, but published figures allow less: ${product} (${sources(parts)})`,
        remedy: `set recovery.availability to "${formatPercent(carried)}" or less${ownLimit ? ', or add what is missing' : ''}`,
      });
    }
    const rto = deployment.recovery?.rto;
    if (rto !== undefined && durationSeconds(rto) > downtimeSeconds(promised)) {
      return finding('warn', {
        observed: `one outage of ${rto} is longer than the promised ${span(downtimeSeconds(promised))} a year`,
        expected,
        remedy: 'shorten recovery.rto, or lower recovery.availability',
      });
    }
    const missing = unobservedIn(context, deployment);
    if (missing.length > 0) return aside(`${product}; this depends on checks without a result: see ${listed(missing)}`);
    const observed = `estimated ${formatPercent(carried)}, promised ${promised}%`;
    return { status: 'pass', observed, expected, message: `${product} (${sources(parts)})` };
  },
};

/** The checks that report why something that the product relies on was not seen. */
function unobservedIn(context: JudgeContext, deployment: Deployment): readonly string[] {
  const isSpread = deployment.target.type === 'kubernetes' && (deployment.recovery?.topology?.zones ?? 1) > 1;
  return [...(isSpread ? unobserved(context, 'zones') : []), ...unobservedFailovers(context, deployment)];
}

/** Components without which something that users see stops. config.replicas covers a single proxy or web server. */
const SINGLE_REPLICA_COMPONENTS: readonly ComponentName[] = ['beat', 'apiWebsocket', 'pluginDaemon', 'localSandbox'];

function topologyOf({ target, recovery, postgres, redis }: Deployment, planned: Planned): Topology {
  const services = [
    { service: 'postgres' as const, managed: postgres.mode === 'external' ? postgres.managed : undefined },
    { service: 'redis' as const, managed: redis.mode === 'external' ? redis.managed : undefined },
  ];
  return {
    target: target.type,
    zones: recovery?.topology?.zones ?? 1,
    singleReplica: SINGLE_REPLICA_COMPONENTS.filter((name) => planned[name].enabled && planned[name].replicas < 2),
    managed: services.flatMap(({ service, managed }) => (managed?.ha === true ? [{ service, by: managed.by }] : [])),
  };
}

function isManaged(what: string, { postgres, redis }: Deployment): boolean {
  return [postgres, redis].some((service) => service.mode === 'external' && service.managed?.by === what);
}

function words({ what, percent }: Part): string {
  return `${what} ${percent}%`;
}

function sources(parts: readonly Part[]): string {
  return parts.map(({ source }) => source).join('; ');
}
