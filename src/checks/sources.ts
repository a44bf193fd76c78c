import type { MergedEvidence } from '../evidence/merge.ts';
import type { CheckResult, EvidenceSource } from './check.ts';
import { counted, groupBy, listed } from './judgement.ts';

const DAY_MS = 86_400_000;
/** Days after which a cluster that others looked at is taken to have changed. */
const FRESH_DAYS = 7;

/** One key's evidence for one check. */
export interface CheckEvidence extends MergedEvidence<unknown> {
  /** Brought by `--from-evidence`. */
  readonly saved: boolean;
  /** Whether there is no answer without it. */
  readonly required: boolean;
}

/**
 * The result with where and when its evidence was seen, where that is not here and now. What `--from cluster` was to show and could not is `unknown`
 * with the reason: that it works from here proves nothing, and a fault seen from here stays one. Given evidence that is older than a week is a
 * warning.
 */
export function withSources(result: CheckResult, all: readonly CheckEvidence[], now: Date): CheckResult {
  if (result.status === 'skip') return result;
  const lost = all.find((one) => one.required && one.unreachableFromCluster !== undefined)?.unreachableFromCluster;
  if (lost !== undefined && result.status !== 'fail') {
    const { observations: _, note: __, ...rest } = result;
    const message = `not seen from the cluster: ${lost.missing ?? 'no answer'}`;
    const remedy = 'fix the cause and run it again, or probe from this machine with --from local';
    return { ...rest, status: 'unknown', observed: 'not seen from the cluster', message, remedy };
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
  const dated = [...byDay].map(([day, of]) => `${listed(of.map(({ key }) => key))} seen ${day} by --from-evidence`);
  const isLive = seen.some(({ saved }) => !saved);
  return listed([...(isLive ? ['seen from the cluster'] : []), ...dated]);
}

function suffixed(result: CheckResult, origin: string): CheckResult {
  const { observed, message } = result;
  return { ...result, observed: `${observed} (${origin})`, message: `${message} (${origin})` };
}

function stale(result: CheckResult, seen: readonly EvidenceSource[], now: Date): CheckResult {
  const ages = seen.filter(({ saved }) => saved).map(({ at }) => Math.floor((now.getTime() - Date.parse(at)) / DAY_MS));
  const days = Math.max(0, ...ages);
  if (days <= FRESH_DAYS) return result;
  const old = { message: `${result.message}; that is ${counted(days, 'day')} old` };
  if (result.status !== 'pass' || result.severity === 'info') return { ...result, ...old };
  return {
    ...result,
    ...old,
    status: 'warn',
    remedy: 'have it collected again: difyctl preflight --save-evidence DIR',
  };
}
