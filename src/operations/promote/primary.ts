import { Interrupted, UserError } from '../../base/errors.ts';
import type { Dial } from '../../net/dial.ts';
import { requestHttp } from '../../net/http.ts';
import { faultOf } from '../../net/probe-error.ts';

/** A route that Dify's API answers without a login. */
const PING = '/console/api/ping';
/** Statuses of a proxy that has no Dify behind it (RFC 9110, 15.6.3 to 15.6.5). */
const WITHOUT_DIFY: readonly number[] = [502, 503, 504];
/** Codes of the system that say something about this machine's network, not about the primary. */
const OWN_NETWORK: readonly string[] = ['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'];
const LIMIT_MS = 10_000;
const BODY_LIMIT = 4_096;

/** How one address of the primary answered. */
export interface PrimaryAnswer {
  readonly url: string;
  /** `gone`: nothing answers, or a proxy without Dify. `unknown`: what was seen does not show whether the primary runs. */
  readonly verdict: 'answers' | 'gone' | 'unknown';
  readonly observed: string;
}

/** Asks every address of the primary. Sends no login and follows no redirect. Throws Interrupted. */
export function askPrimary(
  urls: readonly string[],
  { dial, signal }: { readonly dial: Dial; readonly signal: AbortSignal },
): Promise<readonly PrimaryAnswer[]> {
  return Promise.all(urls.map((url) => askOne(url, dial, signal)));
}

async function askOne(url: string, dial: Dial, signal: AbortSignal): Promise<PrimaryAnswer> {
  try {
    // Also a server with an expired certificate is a server that runs.
    const options = { dial, signal, limitMs: LIMIT_MS, verify: false, bodyLimit: BODY_LIMIT };
    const { status } = await requestHttp({ url: new URL(PING, url) }, options);
    const isGone = WITHOUT_DIFY.includes(status);
    return {
      url,
      verdict: isGone ? 'gone' : 'answers',
      observed: `answers with status ${status}${isGone ? ', as a proxy without Dify' : ''}`,
    };
  } catch (error) {
    if (signal.aborted) throw new Interrupted();
    const { stage, code, text } = faultOf(error, 'use');
    if (stage === 'resolve' || OWN_NETWORK.includes(code)) return { url, verdict: 'unknown', observed: text };
    if (stage === 'connect') return { url, verdict: 'gone', observed: text };
    return { url, verdict: 'answers', observed: `accepts connections (${text})` };
  }
}

/** Returns one line for each address. */
export function answerLines(seen: readonly PrimaryAnswer[]): readonly string[] {
  return seen.map(({ url, observed }) => `${url} ${observed}`);
}

/** Throws UserError if an address answers, or does not show that the primary is gone. `more`: further next steps. */
export function refuseLiving(name: string, seen: readonly PrimaryAnswer[], more: readonly string[]): void {
  const living = seen.filter(({ verdict }) => verdict !== 'gone');
  if (living.length === 0) return;
  const isAnswered = living.some(({ verdict }) => verdict === 'answers');
  const what = isAnswered ? `the primary ${name} answers` : `nothing shows that the primary ${name} is gone`;
  throw new UserError(`${what}, so nothing was changed: two primaries would write different data`, {
    problems: living.map(({ url, observed }) => ({ path: url, message: observed })),
    next: [
      isAnswered
        ? 'stop the primary and keep it stopped: difyctl runbook, Promote the standby region'
        : 'name addresses in recovery.topology.primary.urls that resolve, and that this machine can reach',
      ...more,
    ],
  });
}
