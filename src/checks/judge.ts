import type { Tier } from '../checklist/tiers.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Evidence, EvidenceKey } from '../evidence/evidence.ts';
import { RENDERED_OBJECTS } from '../evidence/rendered/set.ts';
import {
  type Check,
  type CheckResult,
  type JudgeContext,
  type Judgement,
  type Severity,
  type Status,
  SUBJECTS,
} from './check.ts';
import { notReached } from './services/probed.ts';

/** The check that fails if nothing could be rendered. */
const RENDERS = 'config.renders';

/** Statuses from harmless to serious. The status of a check is the worst of its judgement and its observations. */
const GRAVITY: readonly Status[] = ['skip', 'pass', 'warn', 'unknown', 'fail'];

export interface JudgeInput {
  readonly tier: Tier;
  readonly deployment: Deployment | undefined;
  readonly now: Date;
  readonly evidence: ReadonlyMap<string, Evidence<unknown>>;
  /** Ids of all checks that are judged in the same run. Absent: this one alone. */
  readonly others?: ReadonlySet<string>;
}

/**
 * Judges one check. The severity cap is applied, accepted risks are not. If `judge` throws, that is a bug in difyctl:
 * the result is `unknown`, and other checks are not affected.
 */
export function judgeCheck(check: Check, facts: JudgeInput): CheckResult {
  const started = performance.now();
  const severity = check.severity(facts.tier);
  const judgement = answer(check, facts);
  const capped = cap(judgement, severity);
  return {
    ...capped,
    id: check.id,
    subject: subjectOf(check.id),
    severity,
    remedy: judgement.remedy ?? check.remedy,
    durationMs: Math.round(performance.now() - started) + slowest(check, facts),
  };
}

/** The `skip` result of a check that was not judged; the reason is its message. */
export function skippedResult(check: Check, tier: Tier, reason: string): CheckResult {
  return {
    id: check.id,
    subject: subjectOf(check.id),
    status: 'skip',
    severity: check.severity(tier),
    observed: '',
    expected: '',
    message: reason,
    remedy: '',
    durationMs: 0,
  };
}

function answer(check: Check, facts: JudgeInput): Judgement {
  const missing = check.requires
    .map(({ name }) => ({ name, evidence: facts.evidence.get(name) }))
    .filter(({ evidence }) => evidence?.outcome !== 'ok');
  const first = missing.find((one) => !isReported(one, facts));
  if (first !== undefined) {
    return unknown(`not observed: ${first.evidence?.missing ?? first.name}`, nextStep(first.evidence));
  }
  if (missing.length > 0) return notReached(RENDERS);
  try {
    return check.judge(judgeContext(check, facts));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return unknown(
      `a bug in difyctl, in ${check.id}: ${text}`,
      'report it, with the evidence that --save-evidence saves',
    );
  }
}

interface Missing {
  readonly name: string;
  readonly evidence: Evidence<unknown> | undefined;
}

/**
 * True if the evidence is missing because nothing could be rendered, and `config.renders` of the same run reports it.
 */
function isReported({ name, evidence }: Missing, { others }: JudgeInput): boolean {
  return others?.has(RENDERS) === true && (evidence?.lacks ?? name) === RENDERED_OBJECTS.name;
}

function unknown(message: string, remedy: string): Judgement {
  return { status: 'unknown', observed: 'not observed', expected: '', message, remedy };
}

function nextStep(evidence: Evidence<unknown> | undefined): string {
  if (evidence?.outcome === 'denied') return `ask for the missing right: ${evidence.missing}`;
  if (evidence?.outcome === 'timeout') return 're-run with a longer --timeout, or find out why there is no answer';
  return evidence?.next ?? 'fix the cause, then re-run';
}

function judgeContext(check: Check, facts: JudgeInput): JudgeContext {
  const allowed = new Set([...check.requires, ...(check.optional ?? [])].map((key) => key.name));
  const look = <T>(key: EvidenceKey<T>): Evidence<T> | undefined => {
    if (!allowed.has(key.name)) throw new Error(`${check.id} reads ${key.name} without declaring it`);
    return facts.evidence.get(key.name) as Evidence<T> | undefined;
  };
  return {
    tier: facts.tier,
    deployment: facts.deployment,
    now: facts.now,
    optionalEvidence: look,
    evidence: <T>(key: EvidenceKey<T>): T => {
      const found = look(key);
      if (found?.outcome !== 'ok') throw new Error(`${check.id} needs ${key.name}, which is missing`);
      return found.data as T;
    },
  };
}

/** The worst of these statuses; `skip` if the list is empty. */
export function worst(statuses: readonly Status[]): Status {
  const gravest = Math.max(0, ...statuses.map((status) => GRAVITY.indexOf(status)));
  return GRAVITY[gravest] ?? 'skip';
}

/**
 * Caps the status by severity: at warning, `fail` becomes `warn`; at info, `fail` and `warn` become `pass` with a note.
 * `unknown` is never changed.
 */
function cap(judgement: Judgement, severity: Severity): Omit<Judgement, 'remedy'> & { readonly note?: string } {
  const { remedy: _, observations: raw, ...rest } = judgement;
  const uncapped = worst([judgement.status, ...(raw ?? []).map((observation) => observation.status)]);
  const observations = raw?.map((one) => ({ ...one, status: capStatus(one.status, severity) }));
  const status = worst([
    capStatus(judgement.status, severity),
    ...(observations ?? []).map((observation) => observation.status),
  ]);
  const note = status === 'pass' && uncapped !== 'pass' ? { note: judgement.message } : {};
  return { ...rest, status, ...note, ...(observations === undefined ? {} : { observations }) };
}

function capStatus(status: Status, severity: Severity): Status {
  if (status !== 'fail' && status !== 'warn') return status;
  if (severity === 'info') return 'pass';
  return severity === 'warning' ? 'warn' : status;
}

function subjectOf(id: string): CheckResult['subject'] {
  const subject = SUBJECTS.find((candidate) => id.startsWith(`${candidate}.`));
  if (subject === undefined) throw new Error(`${id} has no known subject`);
  return subject;
}

/** Milliseconds of the slowest required evidence. Evidence is collected in parallel. */
function slowest(check: Check, facts: JudgeInput): number {
  return Math.max(0, ...check.requires.map((key) => facts.evidence.get(key.name)?.durationMs ?? 0));
}
