import { type Answer, isRedirect } from '../answers.ts';
import { ask, type Entrypoint } from '../ask.ts';

/** One request of a walk along redirects. */
interface Step {
  readonly url: string;
  /** Absent if nothing answered. */
  readonly status: number | undefined;
  readonly location: string;
  readonly fault: string | undefined;
}

/** Where the redirects from one address lead. */
export interface Walk {
  readonly steps: readonly Step[];
  /** `loop`: the same address again, or too many. `elsewhere`: another host, which is not requested. */
  readonly end: 'answer' | 'loop' | 'elsewhere' | 'silence';
}

/** Redirects that a browser follows (WHATWG Fetch, HTTP-redirect fetch). */
const MOST_REDIRECTS = 20;

/**
 * Follows redirects from `start` as long as they stay on its host. `entranceOf` returns the entrypoint of an address.
 * Throws only if `signal` is aborted.
 */
export async function walk(start: string, entranceOf: (url: URL) => Entrypoint, signal: AbortSignal): Promise<Walk> {
  const steps: Step[] = [];
  const seen = new Set<string>();
  let url = new URL(start);
  while (steps.length <= MOST_REDIRECTS && !seen.has(url.href)) {
    seen.add(url.href);
    const answer = await ask(entranceOf(url), `${url.pathname}${url.search}`, signal);
    steps.push(stepOf(url, answer));
    if (answer.status === undefined) return { steps, end: 'silence' };
    const next =
      isRedirect(answer) && URL.canParse(answer.location, url.href) ? new URL(answer.location, url) : undefined;
    if (next === undefined) return { steps, end: 'answer' };
    if (next.hostname !== url.hostname || !/^https?:$/.test(next.protocol)) return { steps, end: 'elsewhere' };
    next.hash = '';
    url = next;
  }
  return { steps, end: 'loop' };
}

function stepOf(url: URL, { status, location, fault }: Answer): Step {
  return { url: url.href, status, location, fault };
}
