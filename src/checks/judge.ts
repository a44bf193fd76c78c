import type { Tier } from '../checklist/tiers.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Evidence, EvidenceKey } from '../evidence/evidence.ts';
import {
  type Check,
  type CheckResult,
  type JudgeContext,
  type Judgement,
  type Severity,
  type Status,
  SUBJECTS,
} from './check.ts';

/** From harmless to grave; the worst of a check's observations is its status. */
const GRAVITY: readonly Status[] = ['skip', 'pass', 'warn', 'unknown', 'fail'];

export interface JudgeInput {
  readonly tier: Tier;
  readonly deployment: Deployment | undefined;
  readonly now: Date;
  readonly evidence: ReadonlyMap<string, Evidence<unknown>>;
}

/** One result of one check, severity cap applied, accepted risks not yet. A rule that throws is a bug of ours, reported as `unknown`; it never stops the others. */
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

/** A result for a check that was not asked, and why. */
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
  for (const key of check.requires) {
    const evidence = facts.evidence.get(key.name);
    if (evidence?.outcome === 'ok') continue;
    return unknown(`not seen: ${evidence?.missing ?? key.name}`, nextStep(evidence));
  }
  try {
    return check.judge(judgeContext(check, facts));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return unknown(`a bug in difyctl, in ${check.id}: ${text}`, 'please report it, with --save-evidence');
  }
}

function unknown(message: string, remedy: string): Judgement {
  return { status: 'unknown', observed: 'not seen', expected: '', message, remedy };
}

function nextStep(evidence: Evidence<unknown> | undefined): string {
  if (evidence?.outcome === 'denied') return `ask for the missing right: ${evidence.missing}`;
  if (evidence?.outcome === 'timeout') return 'run it again with a longer --timeout, or find out why nothing answers';
  return 'fix the cause, then run it again';
}

function judgeContext(check: Check, facts: JudgeInput): JudgeContext {
  const allowed = new Set([...check.requires, ...(check.optional ?? [])].map((key) => key.name));
  const look = <T>(key: EvidenceKey<T>): Evidence<T> | undefined => {
    if (!allowed.has(key.name)) throw new Error(`${check.id} reads ${key.name} without naming it`);
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

/** The gravest of these; `skip` where there are none. */
export function worst(statuses: readonly Status[]): Status {
  const gravest = Math.max(0, ...statuses.map((status) => GRAVITY.indexOf(status)));
  return GRAVITY[gravest] ?? 'skip';
}

/** A fault is at most `fail` at error, `warn` at warning, `pass` with a note at info; not having seen stays `unknown` at any. */
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

/** Milliseconds of the slowest evidence, which ran side by side. */
function slowest(check: Check, facts: JudgeInput): number {
  return Math.max(0, ...check.requires.map((key) => facts.evidence.get(key.name)?.durationMs ?? 0));
}
