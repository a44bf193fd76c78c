import type { Trust } from '../net/custom-ca.ts';
import type { Dial } from '../net/dial.ts';
import { type HttpAnswer, type HttpRequest, requestHttp } from '../net/http.ts';
import { faultOf } from '../net/probe-error.ts';
import { assertTrusted, type CertificateFact } from '../net/tls.ts';
import type { Failure, FailureKind } from './facts.ts';

/** A request that came to nothing. */
export class StorageError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.text);
    this.name = 'StorageFailure';
    this.failure = failure;
  }
}

/** A refusal by the storage itself, of this kind. Its own message may hold what was signed, so that only its code is kept. */
export function refusal(kind: FailureKind, host: string, status: number, code: string, region?: string): StorageError {
  const stage = kind === 'login' || kind === 'clock' ? 'login' : 'use';
  const text = `answers ${status}${code === '' ? '' : ` ${code}`}`;
  return new StorageError({
    kind,
    host,
    stage,
    code: code === '' ? String(status) : code,
    text,
    ...(region === undefined ? {} : { region }),
  });
}

export interface SignedClientOptions extends Trust {
  readonly dial: Dial;
  readonly signal: AbortSignal;
  /** Milliseconds for a connection, and again for an answer. */
  readonly limitMs: number;
  readonly now: () => Date;
}

/** The way of one probe to one storage; it notes what every answer shows on the side. */
export interface SignedClient {
  /** Throws StorageFailure of kind `fault` where there is no answer, or a certificate that no client takes. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** The time to sign with: this machine's, until the storage refused it. */
  time(): Date;
  /** From now on signs with the storage's own time. False where that is already so, or its time is not known. */
  followClock(): boolean;
  /** The same wire, bounded by another signal. */
  within(signal: AbortSignal): SignedClient;
  readonly seen: { certificate?: CertificateFact; skewMs?: number };
}

/** How one probe reaches the storage. */
export interface Reach {
  readonly wire: SignedClient;
  /** Goes on where the time of the probe is over, to remove what it made. */
  readonly cleaner: SignedClient;
  /** Bytes of the largest object that Dify puts into the bucket. */
  readonly largest: number;
}

export function createSignedClient(options: SignedClientOptions): SignedClient {
  return wireWith(options, {}, { followed: false });
}

function wireWith(
  options: SignedClientOptions,
  seen: SignedClient['seen'],
  clock: { followed: boolean },
): SignedClient {
  return {
    seen,
    send: async (request) => {
      const started = options.now().getTime();
      try {
        const answer = await requestHttp(request, { ...options, verify: false });
        const ended = options.now().getTime();
        if (answer.certificate !== undefined) {
          seen.certificate = answer.certificate;
          assertTrusted(answer.certificate);
        }
        const date = Date.parse(answer.headers.date ?? '');
        // HTTP tells whole seconds, cut off.
        if (!Number.isNaN(date)) seen.skewMs = date + 500 - Math.round((started + ended) / 2);
        return answer;
      } catch (error) {
        throw new StorageError({ ...faultOf(error, 'use'), kind: 'fault', host: request.url.hostname });
      }
    },
    time: () => new Date(options.now().getTime() + (clock.followed ? (seen.skewMs ?? 0) : 0)),
    followClock: () => {
      if (clock.followed || seen.skewMs === undefined) return false;
      clock.followed = true;
      return true;
    },
    within: (signal) => wireWith({ ...options, signal }, seen, clock),
  };
}
