import { expect, it } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { type Failure, failureOf, nextStepsOf } from '../../src/exec/failures.ts';

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
  ['failed to fetch https://a/index.yaml : 404 Not Found', 'it does not exist'],
  ['failed to fetch https://a/index.yaml : 503 Service Unavailable', 'it answers with status 503'],
  ['Get "https://a/": EOF', 'it closes the connection before the answer is complete'],
  ['error: EOF', 'the kubeconfig has no credentials for it'],
  [
    'Error: failed to perform "Push" on destination: mismatched digest',
    'the bytes that it sends do not match the digest',
  ],
  ['Error: something else', undefined],
])('%s', (text, cause) => {
  expect(failureOf(['Error: first line', text]).cause).toBe(cause);
});

const OUTAGE = [
  'check whether the API server answers: kubectl get --raw /readyz',
  'then re-run the same command to resume',
];

it.each<readonly [text: string, expected: Failure]>([
  [
    'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource "pods"',
    { reason: 'forbidden', cause: 'it refuses the credentials', next: [] },
  ],
  ['Error from server (Conflict): the object has been modified', { reason: 'conflict', next: [] }],
  [
    'error: resource mapping not found for name: "a" from "STDIN": no matches for kind "Gateway" in version "v1"',
    { reason: 'unknown-kind', next: [] },
  ],
  [
    'Error from server (InternalError): Internal error occurred: failed calling webhook "a.b.c": connection refused',
    { reason: 'other', next: [] },
  ],
  [
    'Error from server (InternalError): an error on the server ("") has prevented the request from succeeding',
    {
      reason: 'other',
      cause: 'the API server answers that it cannot serve the request',
      passes: 'always',
      next: OUTAGE,
    },
  ],
  [
    'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
    { reason: 'unreachable', cause: 'the connection is refused', passes: 'once-answered', next: OUTAGE },
  ],
  [
    'Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    { reason: 'unreachable', cause: 'it does not answer in time', passes: 'once-answered', next: OUTAGE },
  ],
  // Of a hook: nothing is known of the server.
  [
    'Error: UPGRADE FAILED: post-upgrade hooks failed: context deadline exceeded',
    { reason: 'unreachable', cause: 'it does not answer in time', next: [] },
  ],
  [
    'Unable to connect to the server: tls: failed to verify certificate: x509: unknown authority',
    { reason: 'unreachable', cause: 'its TLS certificate cannot be verified', next: [] },
  ],
  [
    'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
    {
      reason: 'other',
      next: ['wait until no other helm process changes this release, then re-run the same command'],
    },
  ],
  ['something else', { reason: 'other', next: [] }],
])('%s: reason, cause, whether it passes and the next steps', (text, expected) => {
  expect(failureOf([text])).toEqual(expected);
});

it('a program that reached its time limit has next steps of its own, whatever it printed', () => {
  const late = new ExternalError('kubectl did not end in time', { timedOut: true, stderr: ['connection refused'] });
  expect(nextStepsOf(late)).toEqual([
    'check whether the API server answers: kubectl get --raw /readyz --request-timeout 10s',
    'then re-run the same command, if necessary with a longer --timeout',
  ]);
});
