import { span } from '../base/duration.ts';
import { formatBytes, parseQuantity } from '../base/quantity.ts';
import { plannedComponents } from '../deployment/components.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Recovery } from '../deployment/schema/recovery.ts';
import {
  EMBEDDING,
  FASTEST_RESTORE_SECONDS,
  RESTORE_THROUGHPUT,
  SENTINEL_FAILOVER,
  SINGLE_POD_SECONDS,
  SINGLE_POD_SOURCE,
} from './figures.ts';
import { managedFigure, OWN_FAILOVER } from './services.ts';

/** How long something takes by published figures, with its arithmetic. */
export interface Duration {
  readonly what: string;
  readonly seconds: number;
  readonly how: string;
  readonly source: string;
}

/** True if a measurement is still valid: neither from the future nor older than `validSeconds`. */
export function isFresh(at: string, now: Date, validSeconds: number): boolean {
  const age = (now.getTime() - Date.parse(at)) / 1000;
  // A day of tolerance: the file may be written in a time zone where it is already tomorrow.
  return age > -86_400 && age <= validSeconds;
}

/**
 * How long a restore of PostgreSQL from its backups takes. `bytes`: the size of its databases if known, else `dataSize`
 * of the plan counts.
 */
export function restoreDuration({ postgres }: Recovery, bytes: number | undefined): Duration {
  const { method = 'dump' } = postgres ?? {};
  const { bytes: perSecond, source } = RESTORE_THROUGHPUT[method === 'dump' ? 'dump' : 'image'];
  const size = bytes ?? (postgres?.dataSize === undefined ? undefined : parseQuantity(postgres.dataSize));
  const base = FASTEST_RESTORE_SECONDS;
  const what = 'restore of PostgreSQL';
  if (size === undefined)
    return { what, seconds: base, how: `at least ${span(base)} for a new instance, plus its data`, source };
  const seconds = base + size / perSecond;
  const rate = `${formatBytes(size)} at ${formatBytes(perSecond)}/s`;
  return { what, seconds, how: `${span(base)} for a new instance + ${rate} = ${span(seconds)}`, source };
}

/** How long it takes to embed these documents again. */
export function rebuildDuration(documents: number): Duration {
  const { tokensPerDocument, tokensPerMinute, source } = EMBEDDING;
  const seconds = (documents * tokensPerDocument * 60) / tokensPerMinute;
  const how = `${documents} documents × ${tokensPerDocument} tokens at ${tokensPerMinute} a minute = ${span(seconds)}`;
  return { what: 'embedding of all documents', seconds, how, source };
}

/** How many documents can be embedded again in this time. */
export function documentsWithin(seconds: number): number {
  return Math.floor((seconds * EMBEDDING.tokensPerMinute) / (60 * EMBEDDING.tokensPerDocument));
}

/**
 * The takeovers after the loss of a machine or a zone. A part without a second one is restored, which `restoreDuration`
 * covers.
 */
export function failoverDurations(deployment: Deployment, hasStandby: boolean): readonly Duration[] {
  const { postgres, redis, target } = deployment;
  const managed = postgres.mode === 'external' ? postgres.managed : undefined;
  const database = managed?.ha === true ? managedFigure('postgres', managed.by) : undefined;
  const parts: Duration[] = [];
  if (database !== undefined) parts.push(takeover(`PostgreSQL (${managed?.by})`, database));
  else if (hasStandby || managed?.ha === true) parts.push(takeover('PostgreSQL', OWN_FAILOVER));
  const cache = redis.mode === 'external' && redis.managed?.ha === true ? redis.managed.by : undefined;
  const cacheFigure = cache === undefined ? undefined : managedFigure('redis', cache);
  if (cacheFigure !== undefined) parts.push(takeover(`Redis (${cache})`, cacheFigure));
  else if (redis.mode === 'external' && redis.topology === 'sentinel') parts.push(takeover('Redis', SENTINEL_FAILOVER));
  if (target.type === 'kubernetes' && isAlone(deployment))
    parts.push(
      takeover('the plugin daemon, which has one replica', { seconds: SINGLE_POD_SECONDS, source: SINGLE_POD_SOURCE }),
    );
  return parts;
}

/** True if the plugin daemon has one replica: without it, no model and no tool is called. */
function isAlone(deployment: Deployment): boolean {
  const { enabled, replicas } = plannedComponents(deployment).pluginDaemon;
  return enabled && replicas < 2;
}

function takeover(what: string, { seconds, source }: { readonly seconds: number; readonly source: string }): Duration {
  return { what, seconds, how: span(seconds), source };
}
