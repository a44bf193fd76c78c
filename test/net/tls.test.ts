import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { dialHere } from '../../src/net/dial.ts';
import { secure } from '../../src/net/tls.ts';
import { type OddParts, oddCertificate } from '../support/odd-certificate.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Greets a server that presents a certificate of these parts. */
async function greet(parts: OddParts) {
  const server = createServer(oddCertificate(parts)).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  const { signal } = new AbortController();
  const stream = await dialHere('127.0.0.1', (server.address() as AddressInfo).port, { signal, limitMs: 1_000 });
  ends.push(() => {
    stream.destroy();
    server.close();
  });
  return secure(stream, { host: 'odd.example.com', signal });
}

test.each<[string, OddParts]>([
  ['begins at no time', { from: 'no time at al' }],
  ['ends at no time', { to: '260101000000+' }],
  ['ends on a day that does not exist', { to: '269931000000Z' }],
])('a certificate that %s is a TLS error', async (_, parts) => {
  await expect(greet(parts)).rejects.toMatchObject({
    fact: { stage: 'tls', code: 'ERR_TLS_CERT_DATE', text: 'presents a certificate whose dates cannot be read' },
  });
});

test('malformed alternative names do not match the host', async () => {
  const { certificate } = await greet({ alternatives: ['a", DNS:odd.example.com, DNS:"', '\0'] });
  expect(certificate.wrongHost).toMatch(/^presents a certificate for another host: /);
});
