import { wholeDays } from '../base/duration.ts';
import type { MergedEvidence } from '../evidence/merge.ts';
import type { CheckResult, EvidenceSource } from './check.ts';
import { counted, groupBy, listed } from './judgement.ts';

/** Days after which saved evidence counts as old, because the cluster may have changed. */
const FRESH_DAYS = 7;

/** The evidence of one key, for one check. */
export interface CheckEvidence extends MergedEvidence<unknown> {
  /** True if loaded by `--from-evidence`. */
  readonly saved: boolean;
  /** True if the check requires it. */
  readonly required: boolean;
}

/**
 * Adds where and when the evidence was collected, unless on this machine in this run. If required evidence could not be
 * collected from the cluster (`--from cluster`), the result is `unknown` with the reason: a pass from this machine
 * proves nothing about the cluster, while a `fail` from this machine is kept. Saved evidence older than a week turns a
 * `pass` into a `warn`, except at severity info.
 */
export function withSources(result: CheckResult, all: readonly CheckEvidence[], now: Date): CheckResult {
  if (result.status === 'skip') return result;
  const lost = all.find((one) => one.required && one.unreachableFromCluster !== undefined)?.unreachableFromCluster;
  if (lost !== undefined && result.status !== 'fail') {
    const { observations: _, note: __, ...rest } = result;
    const message = `not observed from the cluster: ${lost.missing ?? 'no answer'}`;
    const remedy = 'fix the cause and re-run, or probe from this machine with --from local';
    return { ...rest, status: 'unknown', observed: 'not observed from the cluster', message, remedy };
  }
  const seen = all.filter(({ evidence }) => evidence.outcome === 'ok').flatMap(sourceOf);
  if (seen.length === 0 || result.status === 'unknown') return result;
  return stale({ ...suffixed(result, formatSources(seen)), sources: seen }, seen, now);
}

function sourceOf({ evidence, saved }: CheckEvidence): readonly EvidenceSource[] {
  const { key, from, collectedAt: at } = evidence;
  return saved || from === 'cluster' ? [{ key, from, at, saved: saved }] : [];
}

function formatSources(seen: readonly EvidenceSource[]): string {
  const byDay = groupBy(
    seen.filter(({ saved }) => saved),
    ({ at }) => at.slice(0, 10),
  );
  const dated = [...byDay].map(([day, of]) => `${listed(of.map(({ key }) => key))} from --from-evidence of ${day}`);
  const isLive = seen.some(({ saved }) => !saved);
  return listed([...(isLive ? ['observed from the cluster'] : []), ...dated]);
}

function suffixed(result: CheckResult, origin: string): CheckResult {
  const { observed, message } = result;
  return { ...result, observed: `${observed} (${origin})`, message: `${message} (${origin})` };
}

function stale(result: CheckResult, seen: readonly EvidenceSource[], now: Date): CheckResult {
  const ages = seen.filter(({ saved }) => saved).map(({ at }) => wholeDays(now.getTime() - Date.parse(at)));
  const days = Math.max(0, ...ages);
  if (days <= FRESH_DAYS) return result;
  const old = { message: `${result.message}; that is ${counted(days, 'day')} old` };
  if (result.status !== 'pass' || result.severity === 'info') return { ...result, ...old };
  return {
    ...result,
    ...old,
    status: 'warn',
    remedy: 'collect it again: difyctl preflight --save-evidence DIR',
  };
}
