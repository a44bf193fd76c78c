import { Interrupted } from '../base/errors.ts';
import { withinMs } from '../base/time-limit.ts';
import type { CheckReport } from '../checks/check.ts';
import { whoAmI } from '../state/lock/self.ts';
import { openRevision, type RecordInput } from '../state/revisions/record.ts';
import type { Revision } from '../state/revisions/revision.ts';
import { saveTargetIdentity } from '../state/target-identity.ts';
import type { ApplyResult, OnChild, PlannedChange } from '../targets/target.ts';
import type { InstallOptions } from './options.ts';
import { type PlannedInstall, revisionStore } from './plan-install.ts';
import type { InstallFacts } from './report.ts';
import { runStep } from './steps.ts';

/** The number that helm keeps: a rollback cannot go further back. */
const KEPT_REVISIONS = 10;
/** Time limit for closing the revision, and for reading the state after an interruption. */
const LAST_WORDS_MS = 30_000;

type Applied = Pick<InstallFacts, 'outcome' | 'revision' | 'releaseRevision' | 'failure' | 'postflight'>;

/**
 * Applies a planned install under the lock. Writes the open revision before anything of it is applied, and closes it
 * with the outcome. A run that was cut short is resumed with its own revision.
 */
export async function applyPlan(
  options: InstallOptions,
  planned: PlannedInstall,
  onChild: OnChild,
  postflight: () => Promise<CheckReport>,
): Promise<Applied> {
  const { prepared, target, now } = options;
  const store = revisionStore(prepared, target);
  const revision = await open(options, planned);
  const close = (changes: Partial<Revision>): Promise<void> => {
    const closed = { ...revision, phase: 'closed' as const, endedAt: now().toISOString(), ...changes };
    return store.write(closed, withinMs(LAST_WORDS_MS));
  };
  try {
    const result = await applyStep(options, planned, revision, onChild);
    const { outcome, releaseRevision } = result;
    const known = { revision: revision.number, ...(releaseRevision === undefined ? {} : { releaseRevision }) };
    if (outcome === 'failed' || outcome === 'rolled-back') {
      const { summary, failures, state } = result;
      await close({ outcome, detail: summary, releaseRevision });
      return { ...known, outcome, failure: { summary, failures, state } };
    }
    const done = { releaseRevision, ...('running' in result ? { running: result.running } : {}) };
    await store.write({ ...revision, phase: 'postflight', ...done }, options.signal);
    const report = await postflight();
    await close({ outcome: 'applied', ...done });
    await prune(options, planned, revision);
    return {
      ...known,
      outcome: planned.newest === undefined || outcome === 'applied' ? 'applied' : outcome,
      postflight: report,
    };
  } catch (error) {
    const outcome = error instanceof Interrupted ? 'interrupted' : 'failed';
    const detail = error instanceof Error ? error.message : String(error);
    await close({ outcome, detail }).catch(() => undefined);
    throw error instanceof Interrupted ? await withState(options, error) : error;
  }
}

async function open(options: InstallOptions, planned: PlannedInstall): Promise<Revision> {
  const { prepared, target, now, signal, only, skip, from, deep } = options;
  const { deployment, secrets, secretKeys, chart, paths } = prepared;
  const rendered = prepared.rendered.value;
  const { newest, place, plan } = planned;
  await prepared.keepSecrets();
  await target.keepSecrets(rendered, signal);
  await saveTargetIdentity(paths, place.identity, place.facts.map(({ name, value }) => `${name} ${value}`).join(', '));
  const store = revisionStore(prepared, target);
  if (newest?.outcome === 'open' && !planned.resumes) {
    await store.write({ ...newest, phase: 'closed', outcome: 'interrupted', endedAt: now().toISOString() }, signal);
  }
  const revision = openRevision({
    number: planned.resumes && newest !== undefined ? newest.number : planned.nextNumber,
    deployment,
    rendered,
    secrets,
    secretKeys,
    planDigest: plan.digest,
    operation: newest === undefined || planned.upgrade.length === 0 ? 'install' : 'upgrade',
    ...whatChanges(planned),
    chart: chart?.facts,
    tools: await target.tools(signal),
    only,
    skip,
    from,
    deep,
    by: whoAmI(),
    now: now(),
  });
  await store.write(revision, signal);
  return revision;
}

/** The changes that the revision records. A resumed run records the changes that it planned at first. */
function whatChanges({ plan, upgrade, newest, resumes }: PlannedInstall): Pick<RecordInput, 'changes' | 'upgrade'> {
  if (resumes && newest?.changes !== undefined) return { changes: newest.changes, upgrade: newest.upgrade };
  const count = (action: PlannedChange['action']) => plan.changes.filter((change) => change.action === action).length;
  return {
    changes: { created: count('create'), changed: count('change'), deleted: count('delete') },
    upgrade: [...upgrade],
  };
}

/** An apply that failed and was rolled back. */
type RolledBackApply = Omit<Extract<ApplyResult, { readonly outcome: 'failed' }>, 'outcome'> & {
  readonly outcome: 'rolled-back';
};

/** Applies the plan. With `atomic`, a failure is rolled back to the checkpoint taken before. */
function applyStep(
  options: InstallOptions,
  planned: PlannedInstall,
  revision: Revision,
  onChild: OnChild,
): Promise<ApplyResult | RolledBackApply> {
  const { target, prepared, atomic, timeoutMs, signal, onProgress } = options;
  const { plan, revisions, newest: previous } = planned;
  const rendered = prepared.rendered.value;
  const work = { timeoutMs, signal, onProgress, onChild };
  const apply = () => target.apply(rendered, { plan, revision: revision.number, revisions, ...work });
  const applyAndRollBack = async (): Promise<ApplyResult | RolledBackApply> => {
    if (!atomic) return apply();
    const good = revisions.findLast(({ outcome, number }) => outcome === 'applied' && number !== revision.number);
    const checkpoint = await target.checkpoint({ rendered, previous, good }, signal);
    const result = await apply();
    if (result.outcome !== 'failed' || !result.isApplied) return result;
    return {
      ...result,
      outcome: 'rolled-back',
      ...(await target.rollback(checkpoint, { ...work, applied: revision })),
    };
  };
  return runStep(onProgress, 'apply', 'applying the file to the release', applyAndRollBack, (result) =>
    'summary' in result ? { detail: result.summary, failed: true } : { detail: `revision ${revision.number}` },
  );
}

async function prune({ prepared, target, signal }: InstallOptions, { revisions }: PlannedInstall, newest: Revision) {
  const others = revisions.filter(({ number }) => number !== newest.number);
  const kept = [...others, newest].slice(-KEPT_REVISIONS);
  const store = revisionStore(prepared, target);
  // A revision that was written meanwhile and cannot be read may name objects that would be deleted.
  if ((await store.read(signal)).unreadable.length > 0) return;
  for (const { number } of others.filter((revision) => !kept.includes(revision))) await store.remove(number, signal);
  await target.prune(kept, signal);
}

/** Adds the state that an interruption left to the error. */
async function withState({ target }: InstallOptions, error: Interrupted): Promise<Interrupted> {
  const next = ['re-run the same command to resume', 'difyctl status'];
  try {
    const { status, revision, workloads } = await target.inspect(withinMs(LAST_WORDS_MS));
    const late = workloads.filter(({ ready, desired }) => ready < desired).map(({ name }) => name);
    const at =
      revision === undefined ? 'the release does not exist yet' : `the release is ${status}, revision ${revision}`;
    const waiting = late.length === 0 ? '' : `; not ready: ${late.join(', ')}`;
    return new Interrupted(`${error.message}; ${at}${waiting}`, { next, cause: error });
  } catch {
    return new Interrupted(`${error.message}; the state of the release is unknown`, { next, cause: error });
  }
}
