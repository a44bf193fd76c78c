import { span } from '../base/duration.ts';
import { plannedComponents } from '../deployment/components.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Recovery } from '../deployment/schema/recovery.ts';
import { drillWords } from '../recovery/drill-facts.ts';
import type { DrillRecord } from '../recovery/drill-record.ts';
import { type Duration, failoverDurations, rebuildDuration, restoreDuration } from '../recovery/durations.ts';
import { POD_START_SECONDS, REBUILD_SECONDS, SINGLE_POD_SECONDS, SINGLE_POD_SOURCE } from '../recovery/figures.ts';
import type { RehearsalRecord } from '../rehearsal/rehearsal-record.ts';
import type { RunbookInput } from './input.ts';
import { meansValues } from './postgres.ts';

/** A row of a table of times. */
interface TimeRow {
  readonly [name: string]: string;
  readonly what: string;
  readonly time: string;
  readonly from: string;
}

/** Values about how long each step takes: measured if a record has it, otherwise published. */
export function timeValues({ deployment, drill, rehearsal }: RunbookInput) {
  const { recovery = {}, target } = deployment;
  const { pointInTime, hasSets } = meansValues(deployment);
  const archiveTimes = pointInTime ? archiveRows(recovery) : [];
  const setTimes = hasSets ? setRows(recovery, drill) : [];
  const restore = [...archiveTimes, ...setTimes];
  const restoreTimes = [...(restore.length === 0 ? [UNPLANNED] : restore), ...promiseRow(recovery)];
  const vectorTimes = vectorRows(deployment);
  const severalZones = target.type === 'kubernetes' && (recovery.topology?.zones ?? 1) > 1;
  const moves = (kind: string) => moveRows(deployment, rehearsal, kind);
  return {
    severalZones,
    oneZone: !severalZones,
    podTimes: [
      { what: 'start of a new one', time: `about ${span(POD_START_SECONDS)}`, from: 'published: an estimate' },
    ],
    nodeTimes: target.type === 'kubernetes' ? moves('node-loss') : [NEW_HOST, ...restoreTimes],
    zoneTimes: severalZones ? moves('zone-loss') : restoreTimes,
    restoreTimes,
    archiveTimes,
    setTimes,
    fileTimes: fileRows(drill),
    vectorTimes,
    disasterTimes: [...restoreTimes, ...vectorTimes],
  };
}

const UNPLANNED: TimeRow = { what: 'restore', time: 'unknown', from: 'the file plans no restore of the databases' };
const NEW_HOST: TimeRow = {
  what: 'another host with Docker',
  time: 'not measured',
  from: 'no record and no published figure',
};

function promiseRow({ rto }: Recovery): readonly TimeRow[] {
  return rto === undefined ? [] : [{ what: 'at most, as promised', time: rto, from: 'recovery.rto' }];
}

function published({ what, seconds, how, source }: Duration): TimeRow {
  return { what, time: how === span(seconds) ? how : `${span(seconds)} (${how})`, from: `published: ${source}` };
}

function archiveRows(recovery: Recovery): readonly TimeRow[] {
  const { measured } = recovery;
  if (measured === undefined) return [published(restoreDuration(recovery, undefined))];
  return [
    { what: 'restore of PostgreSQL', time: measured.restore, from: `measured on ${measured.at}, recovery.measured` },
  ];
}

function setRows(recovery: Recovery, drill: DrillRecord | undefined): readonly TimeRow[] {
  if (drill === undefined) {
    const dump = restoreDuration({ ...recovery, postgres: { ...recovery.postgres, method: 'dump' } }, undefined);
    return [{ ...published(dump), what: 'restore of a set' }];
  }
  const from = drillSource(drill);
  const parts = drill.durations.map(({ part, seconds }) => ({ what: `restore of ${part}`, time: span(seconds), from }));
  return [{ what: 'restore of a set', time: span(drill.restoreSeconds), from }, ...parts];
}

/** A drill that failed measured too, and its failure must be known on the day. */
function drillSource(drill: DrillRecord): string {
  const failed = drill.outcome === 'fail' ? `, which failed: ${drillWords(drill)}` : '';
  return `measured: drill of ${drill.at.slice(0, 10)}, set ${drill.set}${failed}`;
}

function fileRows(drill: DrillRecord | undefined): readonly TimeRow[] {
  const rows = (drill?.durations ?? []).filter(({ part }) => part === 'objects' || part === 'plugin-storage');
  if (drill === undefined || rows.length === 0)
    return [{ what: 'copy of the files', time: 'not measured', from: 'no record and no published figure' }];
  return rows.map(({ part, seconds }) => ({
    what: `restore of ${part}`,
    time: span(seconds),
    from: drillSource(drill),
  }));
}

function vectorRows({ recovery, load }: Deployment): readonly TimeRow[] {
  const what = 'embedding of all documents';
  const { measured } = recovery ?? {};
  if (measured?.rebuild !== undefined)
    return [{ what, time: measured.rebuild, from: `measured on ${measured.at}, recovery.measured` }];
  if (load?.documents !== undefined) return [published(rebuildDuration(load.documents))];
  return [
    { what, time: `about ${span(REBUILD_SECONDS)}`, from: 'published: an estimate; load.documents makes it better' },
  ];
}

/** The pods move, and the services that have a second one take over. */
function moveRows(deployment: Deployment, rehearsal: RehearsalRecord | undefined, kind: string): readonly TimeRow[] {
  const { postgres, recovery } = deployment;
  const { measured } = recovery ?? {};
  const seconds = rehearsal?.times?.find((one) => one.kind === kind)?.seconds;
  const rehearsed =
    rehearsal === undefined || seconds === undefined
      ? []
      : [
          {
            what: 'pods ready on other nodes, after Kubernetes noticed the loss',
            time: span(seconds),
            from: `measured: rehearsal of ${rehearsal.at.slice(0, 10)} on ${rehearsal.shape.nodes} simulated nodes`,
          },
        ];
  const failover =
    measured?.failover === undefined
      ? []
      : [{ what: 'failover', time: measured.failover, from: `measured on ${measured.at}, recovery.measured` }];
  const isDeclared = postgres.mode === 'external' && postgres.managed?.ha === true;
  const alone = Object.values(plannedComponents(deployment)).some(({ enabled, replicas }) => enabled && replicas === 1);
  const takeovers = failoverDurations(deployment, isDeclared || recovery?.postgres?.method === 'replica').map(
    published,
  );
  const single = alone && !takeovers.some(({ what }) => what.includes('one replica'));
  return [
    ...rehearsed,
    ...failover,
    ...takeovers,
    ...(single
      ? [
          {
            what: 'components with one replica',
            time: span(SINGLE_POD_SECONDS),
            from: `published: ${SINGLE_POD_SOURCE}`,
          },
        ]
      : []),
  ];
}
