import { printedDocument } from '../base/document.ts';
import { withDetails } from '../base/errors.ts';
import { systemFault } from '../base/system-fault.ts';
import { CLOCK, clockCollector } from '../evidence/clock.ts';
import { type Collection, type CollectionOptions, createCollection, savedCollection } from '../evidence/collect.ts';
import type { CollectContext, Collector, Evidence, EvidenceKey } from '../evidence/evidence.ts';
import type { OpenRelay } from '../evidence/relay/relay.ts';
import { applyAcceptance } from './acceptance.ts';
import type { Check, CheckReport, CheckResult, Phase, Status } from './check.ts';
import type { CheckEvent, OnCheckEvent } from './events.ts';
import { type JudgeInput, judgeCheck, skippedResult } from './judge.ts';
import { selectChecks } from './select.ts';
import { type CheckEvidence, withSources } from './sources.ts';

export interface RunChecksOptions {
  readonly phase: Phase;
  readonly checks: readonly Check[];
  readonly collectors: readonly Collector<unknown>[];
  /** Its `signal` interrupts the whole run. */
  readonly context: CollectContext;
  /** Ids or globs; empty or absent means all. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** What blocks in addition to `fail`; the report contains it. */
  readonly failOn?: CheckReport['failOn'] | undefined;
  /** Milliseconds for the whole run. Evidence that is not collected by then is missing, so its checks are `unknown`. */
  readonly timeoutMs?: number | undefined;
  /** The evidence to judge. Nothing is collected. */
  readonly replayed?: readonly Evidence<unknown>[] | undefined;
  /** Replaces collection for its keys; all other keys are collected. */
  readonly savedEvidence?: readonly Evidence<unknown>[] | undefined;
  /** If present, services are probed from the cluster too. */
  readonly openRelay?: OpenRelay | undefined;
  /** A kubectl for reading that already runs. */
  readonly reads?: CollectionOptions['reads'];
  readonly onEvent?: OnCheckEvent | undefined;
}

export interface CheckRun {
  readonly report: CheckReport;
  /** All evidence of the run, for `--save-evidence`. */
  readonly evidence: readonly Evidence<unknown>[];
  /** Lines to print once: what the run created and could not remove. */
  readonly notes: readonly string[];
}

/**
 * Selects the checks, collects the evidence that they need (each key once, in parallel), judges each check as soon as
 * its evidence is complete, and applies the accepted risks. Throws UserError for an unknown id and Interrupted if the
 * signal aborts. A problem of what is checked never throws.
 */
export async function runChecks(options: RunChecksOptions): Promise<CheckRun> {
  const started = performance.now();
  const { phase, context } = options;
  const selection = selectChecks(options.checks, phase, options.only ?? [], options.skip ?? []);
  const emit = options.onEvent ?? (() => undefined);
  const cases = selection.run.map((check) => applicability(check, context)).filter((found) => found !== undefined);
  emit({ type: 'selected', checks: cases.map(({ check }) => ({ id: check.id, subject: subjectOf(check) })) });

  const collection = openCollection(options, emit);
  const { judged, now, notes } = await withCleanup(collection, () => judgeAll(cases, collection, options, emit));
  const skipped = selection.skipped.map((check) => skippedResult(check, context.tier, 'skipped by --skip'));

  const checks = [...judged, ...skipped];
  const report: CheckReport = printedDocument('CheckReport', now, {
    deployment: context.installation?.name ?? context.deployment?.name,
    tier: context.tier,
    target: context.installation?.target ?? context.deployment?.target.type ?? 'kubernetes',
    location: locationOf(context),
    phase,
    ...(options.failOn === undefined ? {} : { failOn: options.failOn }),
    durationMs: Math.round(performance.now() - started),
    summary: summarize(checks),
    checks,
  });
  return { report, evidence: collection.collected(), notes };
}

interface ApplicableCheck {
  readonly check: Check;
  readonly skip: string | undefined;
}

function applicability(check: Check, context: CollectContext): ApplicableCheck | undefined {
  const answer = check.when?.(context.deployment, context.tier) ?? true;
  if (answer === false) return undefined;
  return { check, skip: answer === true ? undefined : answer.skip };
}

/**
 * Runs `work`, then removes what collectors created, also if `work` throws. What could not be removed is in `notes`, or
 * in the message of the error.
 */
async function withCleanup<T extends object>(
  collection: Collection,
  work: () => Promise<T>,
): Promise<T & { readonly notes: readonly string[] }> {
  try {
    const done = await work();
    return { ...done, notes: await collection.close() };
  } catch (error) {
    const left = await collection.close();
    // A file system error is shown by its code alone, so it becomes a fault before its message gets the list.
    throw withDetails(systemFault(error) ?? error, left);
  }
}

interface JudgedChecks {
  readonly now: Date;
  readonly judged: readonly CheckResult[];
}

async function judgeAll(
  cases: readonly ApplicableCheck[],
  collection: Collection,
  { context, savedEvidence = [] }: RunChecksOptions,
  emit: OnCheckEvent,
): Promise<JudgedChecks> {
  const clock = await collection.get(CLOCK);
  const now = new Date(clock.evidence.data?.now ?? context.now());
  const known = new Set(savedEvidence.map(({ key }) => key));
  const look = async (key: EvidenceKey<unknown>, needed: boolean): Promise<CheckEvidence> => ({
    ...(await collection.get(key)),
    saved: known.has(key.name),
    required: needed,
  });
  const others = new Set(cases.map(({ check }) => check.id));
  const judged = await Promise.all(cases.map((found) => resultOf(found, look, { context, now, others }, emit)));
  return { now, judged };
}

async function resultOf(
  { check, skip }: ApplicableCheck,
  look: (key: EvidenceKey<unknown>, needed: boolean) => Promise<CheckEvidence>,
  { context, now, others }: Required<Pick<JudgeInput, 'now' | 'others'>> & { readonly context: CollectContext },
  emit: OnCheckEvent,
): Promise<CheckResult> {
  const { tier, deployment } = context;
  const judge = async (): Promise<CheckResult> => {
    if (skip !== undefined) return skippedResult(check, tier, skip);
    const { requires, optional = [] } = check;
    const seen = await Promise.all([
      ...requires.map((key) => look(key, true)),
      ...optional.map((key) => look(key, false)),
    ]);
    const evidence = new Map(seen.map((one) => [one.evidence.key, one.evidence]));
    const result = withSources(judgeCheck(check, { tier, deployment, now, evidence, others }), seen, now);
    return applyAcceptance(result, deployment?.acceptedRisks ?? [], now);
  };
  const result = await judge();
  emit({ type: 'judged', result });
  return result;
}

function openCollection(options: RunChecksOptions, emit: (event: CheckEvent) => void): Collection {
  if (options.replayed !== undefined) return savedCollection(options.replayed, options.context);
  return createCollection([clockCollector, ...options.collectors], options.context, {
    totalMs: options.timeoutMs,
    openRelay: options.openRelay,
    savedEvidence: options.savedEvidence,
    reads: options.reads,
    events: {
      started: (key) => emit({ type: 'collecting', key }),
      ended: ({ key, outcome, durationMs }) => emit({ type: 'collected', key, outcome, durationMs }),
    },
  });
}

function subjectOf(check: Check): CheckResult['subject'] {
  return skippedResult(check, 'test', '').subject;
}

/** How many results have each status. */
export function summarize(checks: readonly CheckResult[]): Record<Status, number> {
  const count = (status: Status) => checks.filter((check) => check.status === status).length;
  return {
    pass: count('pass'),
    warn: count('warn'),
    fail: count('fail'),
    skip: count('skip'),
    unknown: count('unknown'),
  };
}

function locationOf({ deployment, installation, kubeArgs }: CollectContext): string {
  const at = kubeArgs.indexOf('--context');
  const context = at < 0 ? undefined : kubeArgs[at + 1];
  if (installation !== undefined)
    return installation.target === 'compose'
      ? `project ${installation.name}`
      : `${context ?? 'current context'}/${installation.namespace}`;
  const target = deployment?.target;
  if (target === undefined) return context ?? 'current context';
  if (target.type === 'compose') return target.directory;
  return `${context ?? target.context ?? 'current context'}/${target.namespace}`;
}
