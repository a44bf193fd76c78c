import type { ExternalError } from '../base/errors.ts';

/** The kinds of kubectl failure that callers distinguish. */
export type KubectlReason =
  | 'forbidden'
  | 'unauthorized'
  | 'exists'
  | 'conflict'
  | 'not-found'
  | 'unknown-kind'
  | 'expired'
  | 'unreachable'
  | 'no-context'
  | 'other';

/**
 * When a retry may succeed: always, or only after the server has answered in this run. A server that never answered is
 * reported at once.
 */
type Passes = 'always' | 'once-answered';

/** The meaning of the error output of kubectl or helm. */
export interface Failure {
  readonly reason: KubectlReason;
  /** In plain words. Undefined if the output's own words are better, or if no words are known. */
  readonly cause?: string;
  /** Undefined if a retry fails again. */
  readonly passes?: Passes;
  /** Next steps, each a sentence or a command. Empty if the output says enough. */
  readonly next: readonly string[];
}

interface Row {
  readonly words: RegExp;
  readonly reason: KubectlReason;
  readonly cause?: string | ((match: RegExpExecArray) => string);
  readonly passes?: Passes;
  readonly next?: readonly string[];
}

/** The cause if a login is missing or wrong. */
export const REFUSED = 'it refuses the credentials';
const CUT_OFF = 'it closes the connection before the answer is complete';
const SILENT = 'it does not answer in time';
const UNVERIFIED = 'its TLS certificate cannot be verified';

/** Next steps for an outage of the API server. */
const OUTAGE = [
  'check whether the API server answers: kubectl get --raw /readyz',
  'then re-run the same command to resume',
];
const TIMEOUT = [
  'check whether the API server answers: kubectl get --raw /readyz --request-timeout 10s',
  'then re-run the same command, if necessary with a longer --timeout',
];
const BUSY = ['wait until no other helm process changes this release, then re-run the same command'];

/**
 * The first match counts. Order: answers of the API server, then failures of what is in front of it, then network
 * errors, then answers of other servers.
 */
const TABLE: readonly Row[] = [
  { words: /proxyconnect tcp: /, reason: 'unreachable', cause: 'the proxy does not answer', passes: 'once-answered' },
  { words: /\(Forbidden\)|is forbidden|forbidden:/i, reason: 'forbidden', cause: REFUSED },
  {
    words: /\(Unauthorized\)|must be logged in|provide credentials|getting credentials/i,
    reason: 'unauthorized',
    cause: REFUSED,
  },
  { words: /\(AlreadyExists\)/, reason: 'exists' },
  { words: /\(Conflict\)|object has been modified/, reason: 'conflict' },
  { words: /\(Expired\)|\(Gone\)|too old resource version|continue parameter is too old/i, reason: 'expired' },
  { words: /no matches for kind|doesn't have a resource type/, reason: 'unknown-kind' },
  {
    words: /\(NotFound\)|could not find the requested resource|not found|\b404\b/i,
    reason: 'not-found',
    cause: 'it does not exist',
  },
  {
    words:
      /context .* does not exist|no configuration has been provided|current-context is not set|invalid configuration/i,
    reason: 'no-context',
  },
  { words: /another operation .* is in progress/, reason: 'other', next: BUSY },
  // A retry of these fails again: a webhook that is down, a name that does not resolve, a certificate.
  { words: /webhook/i, reason: 'other' },
  {
    words: /lookup ([-\w.]{1,253})(?: on \S{1,80})?: no such host/,
    reason: 'unreachable',
    cause: ([, host]) => `the name ${host} does not resolve`,
  },
  { words: /no such host/i, reason: 'unreachable', cause: 'its name does not resolve' },
  {
    words: /x509: certificate signed by unknown authority/,
    reason: 'unreachable',
    cause: 'its certificate is signed by an unknown authority',
  },
  {
    words: /x509: certificate has expired[^:]{0,40}/,
    reason: 'unreachable',
    cause: 'its certificate has expired or is not yet valid',
  },
  { words: /x509|tls: /, reason: 'unreachable', cause: UNVERIFIED },
  {
    words:
      /\((?:InternalError|ServiceUnavailable|TooManyRequests|ServerTimeout|Timeout)\)|an error on the server|currently unable to handle|etcdserver: |leader changed/i,
    reason: 'other',
    cause: 'the API server answers that it cannot serve the request',
    passes: 'always',
  },
  {
    words: /lookup ([-\w.]{1,253})(?: on \S{1,80})?: /,
    reason: 'unreachable',
    cause: ([, host]) => `the name ${host} cannot be resolved`,
    passes: 'once-answered',
  },
  {
    words: /connection refused|was refused/i,
    reason: 'unreachable',
    cause: 'the connection is refused',
    passes: 'once-answered',
  },
  {
    words: /no route to host|network is unreachable/i,
    reason: 'unreachable',
    cause: 'no network route leads to it',
    passes: 'once-answered',
  },
  {
    words: /i\/o timeout|TLS handshake timeout|unable to connect to the server: (?:context deadline|net\/http)/i,
    reason: 'unreachable',
    cause: SILENT,
    passes: 'once-answered',
  },
  // helm reports its own hooks and waits in the same words, so this says nothing about the server.
  { words: /deadline exceeded|Client\.Timeout/, reason: 'unreachable', cause: SILENT },
  // oras, with which helm pulls from registries.
  { words: /mismatched digest/, reason: 'other', cause: 'the bytes that it sends do not match the digest' },
  {
    words: /server gave HTTP response to HTTPS client/,
    reason: 'unreachable',
    cause: 'it answers HTTP, not HTTPS',
  },
  { words: /\b(?:401|403)\b|unauthorized|forbidden|denied/i, reason: 'other', cause: REFUSED },
  { words: /\b(5\d\d)\b/, reason: 'other', cause: ([, status]) => `it answers with status ${status}` },
  // Without credentials kubectl prompts for a user name, but has no terminal.
  { words: /^error: EOF$/m, reason: 'unreachable', cause: 'the kubeconfig has no credentials for it' },
  {
    words: /connection reset|broken pipe|client connection lost|\bEOF\b/i,
    reason: 'unreachable',
    cause: CUT_OFF,
    passes: 'once-answered',
  },
  { words: /unable to connect to the server/i, reason: 'unreachable', passes: 'once-answered' },
  { words: /certificate/i, reason: 'unreachable', cause: UNVERIFIED },
];

/** Characters of standard error that are searched. */
const LIMIT = 8_192;

/** Returns the meaning of the last lines of standard error. Its reason is `other` if no row matches. */
export function failureOf(stderr: readonly string[]): Failure {
  const text = stderr.join('\n').slice(-LIMIT);
  for (const { words, reason, cause, passes, next } of TABLE) {
    const match = words.exec(text);
    if (match === null) continue;
    return {
      reason,
      next: next ?? (passes === undefined ? [] : OUTAGE),
      ...(cause === undefined ? {} : { cause: typeof cause === 'string' ? cause : cause(match) }),
      ...(passes === undefined ? {} : { passes }),
    };
  }
  return { reason: 'other', next: [] };
}

/** Returns true if the API server, or the connection to it, failed in a way that a retry may fix. */
export function isOutage({ stderr }: ExternalError): boolean {
  return failureOf(stderr).passes !== undefined;
}

/**
 * Returns the next steps for a failure of kubectl or helm: the error's own ones if it has any, otherwise those for its
 * output. Empty if its output says enough.
 */
export function nextStepsOf({ next, stderr, timedOut }: ExternalError): readonly string[] {
  if (next.length > 0) return next;
  return timedOut ? TIMEOUT : failureOf(stderr).next;
}
