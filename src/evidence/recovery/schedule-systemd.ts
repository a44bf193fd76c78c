import { ExternalError } from '../../base/errors.ts';
import { type ScheduledName, scheduledWork } from '../../deployment/scheduled-work.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ScheduledFact } from '../../recovery/schedule-facts.ts';
import { type CollectContext, CollectionError } from '../evidence.ts';

type HostContext = Pick<CollectContext, 'runner' | 'signal'> & { readonly deployment: Deployment };

const PROPERTIES = [
  'Id',
  'LoadState',
  'UnitFileState',
  'ActiveState',
  'Result',
  'ExecMainStatus',
  'ExecMainExitTimestamp',
];
const LIMIT_MS = 10_000;

/** The timers of the scheduled work on this host, with the result of the last run of each. */
export async function timers({ deployment, runner, signal }: HostContext): Promise<readonly ScheduledFact[]> {
  const works = scheduledWork(deployment).map(({ name }) => name);
  const units = works.flatMap((work) => ['timer', 'service'].map((kind) => `${deployment.name}-${work}.${kind}`));
  const args = ['show', '--no-pager', '--timestamp=utc', `--property=${PROPERTIES.join(',')}`, ...units];
  try {
    const { stdout } = await runner.run('systemctl', args, { signal, timeoutMs: LIMIT_MS });
    return works.map((work) => timerFact(deployment.name, work, stdout));
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    throw new CollectionError('absent', `systemd on this machine: ${error.message}`);
  }
}

/** Returns one work from the output of `systemctl show` (systemctl.1): a block of `Name=value` for each unit. */
export function timerFact(deployment: string, work: ScheduledName, shown: string): ScheduledFact {
  const blocks = shown.split(/\n\s*\n/).map((block) => new Map(block.split('\n').map(propertyOf)));
  const of = (kind: string) => blocks.find((block) => block.get('Id') === `${deployment}-${work}.${kind}`) ?? new Map();
  const [timer, service] = [of('timer'), of('service')];
  const isOn = timer.get('UnitFileState') === 'enabled' && timer.get('ActiveState') === 'active';
  const isThere = timer.get('LoadState') === 'loaded' && service.get('LoadState') === 'loaded';
  const at = isoTime(service.get('ExecMainExitTimestamp') ?? '');
  const result = service.get('Result') ?? '';
  const reason = `${result}, exit code ${service.get('ExecMainStatus')}: journalctl -u ${deployment}-${work}`;
  return {
    ...{ name: work, object: `${deployment}-${work}.timer`, state: isThere ? (isOn ? 'on' : 'off') : 'missing' },
    ...(at === undefined ? {} : result === 'success' ? { succeededAt: at } : { failed: { at, reason } }),
  };
}

function propertyOf(line: string): readonly [string, string] {
  const equals = line.indexOf('=');
  return [line.slice(0, equals), line.slice(equals + 1).trim()];
}

/** `Mon 2026-11-30 03:00:01 UTC` as ISO 8601. Undefined for a run that never was: an empty text, or `n/a`. */
function isoTime(text: string): string | undefined {
  const [, day, time] = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(text) ?? [];
  return day === undefined ? undefined : `${day}T${time}Z`;
}
