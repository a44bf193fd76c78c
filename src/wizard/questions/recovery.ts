import { durationSeconds, isDuration } from '../../base/duration.ts';
import type { RecoveryNeeds } from '../../recovery/needs.ts';
import { impliedPlan } from '../../recovery/plan.ts';
import { type Answers, type Offer, type Question, suggest, whenever } from '../question.ts';

const known = whenever({ tier: ['test', 'prod'] });
const prod = whenever({ tier: 'prod' });
const planned = (answers: Answers): boolean => recoveryNeeds(answers) !== undefined;

/** RTO and RPO, which only the operator knows, and everything that follows from them. */
export const recoveryQuestions: readonly Question[] = [
  {
    id: 'recovery.rto',
    fills: ['recovery.rto'],
    title: 'How long may Dify be down after a disaster (RTO)?',
    why: 'Decides what you must prepare: minutes need a standby, hours a tested restore, days only backups.',
    kind: 'duration',
    asked: prod,
    when: known,
    required: prod,
    offer: (answers) => (prod(answers) ? suggest('4h')() : undefined),
  },
  {
    id: 'recovery.rpo',
    fills: ['recovery.rpo'],
    title: 'How much work may be lost (RPO)?',
    why: 'Decides how often each store is backed up: data written after the last backup is lost.',
    kind: 'duration',
    asked: prod,
    when: known,
    required: prod,
    offer: (answers) => (prod(answers) ? suggest('15m')() : undefined),
  },
  implied(
    'recovery.corruptionRpo',
    'duration',
    'How much work a mistake or a corruption may cost, if that is more',
    'A standby helps if a machine is lost, but repeats every mistake. The archived WAL undoes a mistake.',
  ),
  implied(
    'recovery.availability',
    'text',
    'Availability promised to users',
    'Shown beside the availability that the plan can reach.',
  ),
  implied(
    'recovery.upgradeWindow',
    'text',
    'When upgrades may disturb users',
    'Such as "Sun 02:00-04:00 Europe/Berlin": day, from, to, time zone.',
  ),
  implied(
    'recovery.postgres.method',
    'select',
    'How PostgreSQL is backed up',
    'The restore of PostgreSQL is the slowest, and its backup decides the RPO.',
    ['dump', 'snapshot', 'pitr', 'replica'],
  ),
  implied(
    'recovery.postgres.interval',
    'duration',
    'How often PostgreSQL is backed up',
    'For pitr and replica: how often the WAL is archived.',
  ),
  implied(
    'recovery.postgres.retention',
    'duration',
    'How long backups of PostgreSQL are kept',
    'A mistake is often noticed late: keep backups for longer.',
  ),
  {
    id: 'recovery.postgres.dataSize',
    fills: ['recovery.postgres.dataSize'],
    title: 'Size of its databases, such as 40Gi',
    why: 'Restore time grows with the size. Leave empty to let preflight query the server.',
    kind: 'text',
    asked: 'rarely',
    when: known,
    required: false,
  },
  implied(
    'recovery.redis.persistence',
    'select',
    'How Redis keeps its queue',
    'If the queue is lost, running jobs are lost, but no stored work.',
    ['none', 'rdb', 'aof'],
  ),
  implied(
    'recovery.objectStorage.versioning',
    'confirm',
    'Is the bucket versioned?',
    'Only old versions undo a deletion or an overwrite.',
  ),
  implied(
    'recovery.objectStorage.replication',
    'select',
    'Copies of the files',
    'A copy helps if a site is lost, but not against a mistake.',
    ['none', 'cross-zone', 'cross-region'],
  ),
  {
    ...implied(
      'recovery.objectStorage.interval',
      'duration',
      'How often the files are copied elsewhere',
      'Files without versions are restored from their last copy, together with PostgreSQL: use the same interval.',
    ),
    when: (answers) => planned(answers) && answers.value('recovery.objectStorage.versioning') !== true,
  },
  implied(
    'recovery.vectorStore.strategy',
    'select',
    'How vectors are restored',
    'Vectors can be computed again from PostgreSQL. This takes time, but no data is lost.',
    ['rebuild', 'snapshot'],
  ),
  {
    ...implied(
      'recovery.vectorStore.interval',
      'duration',
      'How often the vector store is backed up',
      'Snapshots must match the backup of PostgreSQL.',
    ),
    when: (answers) => planned(answers) && answers.value('recovery.vectorStore.strategy') === 'snapshot',
    required: true,
  },
  {
    id: 'recovery.configuration.repository',
    fills: ['recovery.configuration.repository'],
    title: 'Repository of difyctl.yaml',
    why: 'If a site is lost, you need this file as well as the data.',
    kind: 'text',
    asked: 'rarely',
    when: known,
    required: false,
  },
  {
    id: 'recovery.configuration.secrets',
    fills: ['recovery.configuration.secrets'],
    title: 'Location of a copy of the generated secrets',
    why: 'Without SECRET_KEY a restored database cannot be read. Such as "vault: kv/dify"; the file never contains the secrets themselves.',
    kind: 'text',
    asked: 'rarely',
    when: known,
    required: false,
  },
  implied(
    'recovery.drills.interval',
    'duration',
    'How often the restore is practised',
    'An untested restore cannot be relied on.',
  ),
  implied(
    'recovery.topology.zones',
    'number',
    'Number of zones',
    'With more than one, the pods must still fit if any one zone is lost.',
  ),
  implied(
    'recovery.topology.region',
    'select',
    'Regions',
    'If a region is lost, Dify continues in a second one, or is restored from backups kept elsewhere.',
    ['single', 'standby'],
  ),
];

/**
 * RTO, RPO and the other inputs of the recovery plan. Undefined until the tier is known and both are valid durations.
 * Durations in seconds.
 */
export function recoveryNeeds({ explicit, value }: Answers): RecoveryNeeds | undefined {
  const [tier, rto, rpo] = [value('tier'), value('recovery.rto'), value('recovery.rpo')];
  if (tier !== 'test' && tier !== 'prod') return undefined;
  if (typeof rto !== 'string' || typeof rpo !== 'string' || !isDuration(rto) || !isDuration(rpo)) return undefined;
  const region = explicit('recovery.topology.region');
  const documents = explicit('load.documents');
  return {
    tier,
    target: value('target.type') === 'compose' ? 'compose' : 'kubernetes',
    rto: durationSeconds(rto),
    rpo: durationSeconds(rpo),
    postgres: value('postgres.mode') === 'bundled' ? 'bundled' : 'external',
    vectorStore: value('vectorStore.mode') === 'bundled' ? 'bundled' : 'external',
    localFiles: value('objectStorage.provider') === 'local',
    ...(typeof documents === 'number' ? { documents } : {}),
    managed: (['postgres', 'redis'] as const).flatMap((service) => {
      const by = explicit(`${service}.managed.by`);
      return typeof by === 'string' && explicit(`${service}.managed.ha`) === true ? [{ service, by }] : [];
    }),
    region: region === 'standby' || region === 'active-active' ? region : 'single',
  };
}

type ImpliedKind = 'text' | 'select' | 'duration' | 'confirm' | 'number';

/** A question whose answer follows from RTO and RPO unless it is set. */
function implied(path: string, kind: ImpliedKind, title: string, why: string, choices?: readonly string[]): Question {
  const question: Question = {
    id: path,
    fills: [path],
    title,
    why,
    kind,
    asked: 'rarely',
    when: planned,
    required: false,
    offer: (answers) => impliedOffer(answers, path),
  };
  return choices === undefined
    ? question
    : { ...question, choices: () => choices.map((value) => ({ value, title: value })) };
}

function impliedOffer(answers: Answers, path: string): Offer | undefined {
  const needs = recoveryNeeds(answers);
  if (needs === undefined) return undefined;
  const found = impliedPlan(needs).find((implication) => implication.path === path);
  return found === undefined ? undefined : { kind: 'derived', value: found.value, reason: found.reason };
}
