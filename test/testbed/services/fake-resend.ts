import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A fake Resend and its valid keys, by their rights. */
export interface FakeResend {
  readonly url: string;
  readonly fullKey: string;
  readonly sendingKey: string;
  stop(): Promise<void>;
}

/**
 * Starts Resend's `GET /domains` from its API reference (resend.com/docs/api-reference: Errors, List Domains), because
 * no registry offers such a service. That page also has the responses for a key that may only send, and for an invalid
 * one.
 */
export async function startFakeResend(
  domains: readonly { readonly name: string; readonly status: string }[],
): Promise<FakeResend> {
  const fullKey = 're_Ab3dEf6h_Jk9mNpQrStUvWxYz12345';
  const sendingKey = 're_Zy8xWvU7_TsRqPoNmLkJiHgFeD98765';
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const refuse = (statusCode: number, name: string, message: string) =>
      answer(statusCode, { statusCode, name, message });
    const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined) return refuse(401, 'missing_api_key', 'Missing API key in the authorization header.');
    if (key === sendingKey) return refuse(401, 'restricted_api_key', 'This API key is restricted to only send emails.');
    if (key !== fullKey) return refuse(403, 'invalid_api_key', 'API key is invalid.');
    if (request.method !== 'GET' || request.url !== '/domains') return refuse(404, 'not_found', 'Not found.');
    return answer(200, {
      object: 'list',
      data: domains.map((domain) => ({ id: 'd91cd9bd', region: 'eu-west-1', ...domain })),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, fullKey, sendingKey, stop };
}
