import { durationSeconds, formatDuration } from '../base/duration.ts';
import { downtimeSeconds, partsOf, serialAvailability } from './availability.ts';
import type { Implication, RecoveryNeeds } from './needs.ts';

/** With two zones, the loss of one leaves no majority. */
const PROD_ZONES = 3;

/** Components with one replica by the defaults of the tier. */
const SINGLE_REPLICA_COMPONENTS = ['beat', 'apiWebsocket', 'pluginDaemon', 'localSandbox'];

/** Usual promises, in per cent. */
const PROMISES = [99.9, 99.5, 99, 98, 95, 90];

/** How often a restore is practised. The Dify documents give no figure; audits commonly ask for once a quarter. */
export function drillsPlan(needs: RecoveryNeeds): readonly Implication[] {
  if (needs.tier !== 'prod') return [];
  const tight = needs.rto < durationSeconds('1h');
  return [
    {
      path: 'recovery.drills.interval',
      value: tight ? '30d' : '90d',
      reason: tight
        ? 'an RTO below an hour needs people who restored within the last month'
        : 'an untested restore cannot be relied on',
    },
  ];
}

/** How many zones and regions the deployment spans. */
export function topologyPlan(needs: RecoveryNeeds): readonly Implication[] {
  const spread = needs.tier === 'prod' && needs.target === 'kubernetes';
  return [
    spread
      ? {
          path: 'recovery.topology.zones',
          value: PROD_ZONES,
          reason: 'prod must survive the loss of a zone; two zones leave no majority',
        }
      : { path: 'recovery.topology.zones', value: 1, reason: 'it runs in one zone' },
    {
      path: 'recovery.topology.region',
      value: 'single',
      reason: 'a second region doubles the cost; without one, Dify is restored from backups kept elsewhere',
    },
  ];
}

/**
 * The availability that can be promised to users: it allows one disaster a year of the length of the RTO, and is never
 * more than the topology carries.
 */
export function availabilityPlan(needs: RecoveryNeeds): readonly Implication[] {
  if (needs.tier !== 'prod') return [];
  const { target, managed = [] } = needs;
  const carried = serialAvailability(
    partsOf({
      target,
      zones: target === 'compose' ? 1 : PROD_ZONES,
      singleReplica: SINGLE_REPLICA_COMPONENTS,
      managed,
    }),
  );
  const promise = PROMISES.find((step) => step <= carried && needs.rto <= downtimeSeconds(step));
  if (promise === undefined) return [];
  const hours = Math.floor(downtimeSeconds(promise) / 3600);
  return [
    {
      path: 'recovery.availability',
      value: `${promise}%`,
      reason: `it allows ${hours}h of downtime a year, enough for one outage of ${formatDuration(needs.rto)}`,
    },
  ];
}

/** When a change may disturb users. */
export function upgradeWindowPlan(needs: RecoveryNeeds): readonly Implication[] {
  if (needs.tier !== 'prod') return [];
  return [
    {
      path: 'recovery.upgradeWindow',
      value: 'Sun 02:00-04:00 UTC',
      reason: 'database migrations run with the api stopped: choose a quiet time, long enough for a rollback',
    },
  ];
}
