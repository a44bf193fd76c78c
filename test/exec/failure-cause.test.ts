import { expect, it } from 'vitest';
import { failureCause } from '../../src/exec/failure-cause.ts';

it.each([
  [
    'Get "https://a.example/index.yaml": dial tcp: lookup a.example on 10.0.0.1:53: no such host',
    'the name a.example does not resolve',
  ],
  ['dial tcp: lookup a.example: no such host', 'the name a.example does not resolve'],
  ['dial tcp: lookup a.example on 10.0.0.1:53: server misbehaving', 'the name a.example cannot be resolved'],
  ['Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused', 'the connection is refused'],
  ['proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused', 'the proxy does not answer'],
  ['dial tcp 192.0.2.1:443: i/o timeout', 'it does not answer in time'],
  ['net/http: TLS handshake timeout', 'it does not answer in time'],
  [
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'its certificate is signed by an unknown authority',
  ],
  [
    'x509: certificate has expired or is not yet valid: current time 2026',
    'its certificate has expired or is not yet valid',
  ],
  ['x509: certificate is valid for b, not a', 'its TLS certificate cannot be verified'],
  ['http: server gave HTTP response to HTTPS client', 'it answers HTTP, not HTTPS'],
  ['failed to fetch https://a/index.yaml : 401 Unauthorized', 'it refuses the credentials'],
  ['failed to fetch https://a/index.yaml : 404 Not Found', 'it is not there'],
  ['failed to fetch https://a/index.yaml : 503 Service Unavailable', 'it answers with status 503'],
  ['Get "https://a/": EOF', 'the connection is closed before the answer ends'],
  ['error: EOF', 'the kubeconfig has no credentials for it'],
  ['Error: something else', undefined],
])('%s', (text, cause) => {
  expect(failureCause(['Error: first line', text])).toBe(cause);
});
