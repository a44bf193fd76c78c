import { sign } from 'node:crypto';
import { tryBoundedJson } from '../../base/bounded-json.ts';
import { textAt } from '../../base/json-path.ts';
import { refusal, type SignedClient } from '../signed-client.ts';
import type { ServiceAccount } from './account.ts';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.full_control';
const LIFETIME_S = 3_600;

/**
 * Returns a token for the account from the address in its key file, as Dify's clients request it (Google, "Using OAuth
 * 2.0 for Server to Server Applications"). Google's own library would use one fixed address, and its own sockets.
 * Throws StorageError.
 */
export async function fetchToken(wire: SignedClient, account: ServiceAccount): Promise<string> {
  const { tokenUri } = account;
  const ask = () =>
    wire.send({
      method: 'POST',
      url: tokenUri,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertionOf(account, Math.floor(wire.time().getTime() / 1_000)),
      }).toString(),
    });
  let answer = await ask();
  if (isClock(answer.body) && wire.followClock()) answer = await ask();
  const said = tryBoundedJson(answer.body.toString('utf8'));
  const token = textAt(said, 'access_token');
  if (answer.status === 200 && token !== '') return token;
  throw refusal(isClock(answer.body) ? 'clock' : 'login', tokenUri.hostname, answer.status, textAt(said, 'error'));
}

function assertionOf({ email, key, keyId, tokenUri }: ServiceAccount, now: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: email, scope: SCOPE, aud: tokenUri.href, iat: now, exp: now + LIFETIME_S };
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${part(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

/** Google answers every refusal with `invalid_grant`. Only the description says that the time is wrong. */
function isClock(body: Buffer): boolean {
  return /reasonable timeframe|short-lived token/.test(
    textAt(tryBoundedJson(body.toString('utf8')), 'error_description'),
  );
}
