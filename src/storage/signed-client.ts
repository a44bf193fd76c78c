import type { Trust } from '../net/custom-ca.ts';
import type { Dial } from '../net/dial.ts';
import { type HttpAnswer, type HttpRequest, requestHttp } from '../net/http.ts';
import { faultOf } from '../net/probe-error.ts';
import { assertTrusted, type CertificateFact } from '../net/tls.ts';
import type { Failure, FailureKind } from './facts.ts';

/** A request that failed. */
export class StorageError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.text);
    this.name = 'StorageError';
    this.failure = failure;
  }
}

/**
 * Returns the failure of a request that the storage refused. Keeps only the code: the storage's message may hold signed
 * parameters.
 */
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
  /** Milliseconds for a connection. Twice as many for a whole request. */
  readonly limitMs: number;
  readonly now: () => Date;
}

/** Sends the requests of one probe to one storage, and records what each answer shows besides. */
export interface SignedClient {
  /** Throws StorageError of kind `fault` if there is no answer, or the certificate is not trusted. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** The time for signatures: this machine's time, or the storage's after `followClock`. */
  time(): Date;
  /**
   * Signs with the storage's own time from now on. Returns false if it already does, or if the storage's time is not
   * known.
   */
  followClock(): boolean;
  /** Returns the same client with another signal. */
  within(signal: AbortSignal): SignedClient;
  readonly seen: { certificate?: CertificateFact; skewMs?: number };
}

/** How one probe connects to the storage. */
export interface Reach {
  readonly wire: SignedClient;
  /** Works after the time limit of the probe too, to remove the objects that the probe created. */
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
        // HTTP's date has whole seconds, rounded down.
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
