/** The cause where a login is missing or wrong. */
export const REFUSED = 'it refuses the credentials';

/** What kubectl and helm say of a failed connection or request, and the cause in plain words. The first match counts. */
const CAUSES: readonly (readonly [pattern: RegExp, cause: (match: RegExpExecArray) => string])[] = [
  [/proxyconnect tcp: /, () => 'the proxy does not answer'],
  [/lookup ([-\w.]{1,253})(?: on \S{1,80})?: no such host/, ([, host]) => `the name ${host} does not resolve`],
  [/lookup ([-\w.]{1,253})(?: on \S{1,80})?: /, ([, host]) => `the name ${host} cannot be resolved`],
  [/connection refused/, () => 'the connection is refused'],
  [/no route to host|network is unreachable/, () => 'there is no route to it'],
  [/i\/o timeout|deadline exceeded|Client\.Timeout|TLS handshake timeout/, () => 'it does not answer in time'],
  [/x509: certificate signed by unknown authority/, () => 'its certificate is signed by an unknown authority'],
  [/x509: (certificate has expired[^:]{0,40})/, () => 'its certificate has expired or is not yet valid'],
  [/x509: |tls: /, () => 'its TLS certificate cannot be verified'],
  [/server gave HTTP response to HTTPS client/, () => 'it answers HTTP, not HTTPS'],
  [/\b(?:401|403)\b|[Uu]nauthorized|[Ff]orbidden|denied/, () => REFUSED],
  [/\b404\b|not found/, () => 'it is not there'],
  [/\b(5\d\d)\b/, ([, status]) => `it answers with status ${status}`],
  [/^error: EOF$/m, () => 'the kubeconfig has no credentials for it'],
  [/connection reset|unexpected EOF|\bEOF\b/, () => 'the connection is closed before the answer ends'],
];

/** The longest text that is searched. */
const LIMIT = 8_192;

/** The cause of a failure in plain words; undefined if the text names none that is known. */
export function failureCause(stderr: readonly string[]): string | undefined {
  const text = stderr.join('\n').slice(-LIMIT);
  for (const [pattern, cause] of CAUSES) {
    const match = pattern.exec(text);
    if (match !== null) return cause(match);
  }
  return undefined;
}
