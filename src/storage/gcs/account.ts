import { createPrivateKey, type KeyObject } from 'node:crypto';
import { boundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';
import { base64Json } from '../../base/service-account.ts';

/** A service account's key in Google's format. */
export interface ServiceAccount {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId: string;
  readonly tokenUri: URL;
}

/**
 * Returns a service account's key from its JSON, plain or in base64. Returns undefined if the text is not such a key.
 */
export function serviceAccountOf(text: string): ServiceAccount | undefined {
  try {
    const json: unknown = boundedJson(Buffer.from(base64Json(text), 'base64').toString('utf8'));
    if (!isObject(json)) return undefined;
    const { client_email: email, private_key: pem, private_key_id: keyId, token_uri: tokenUri } = json;
    if (typeof email !== 'string' || typeof pem !== 'string') return undefined;
    return {
      email,
      key: createPrivateKey(pem),
      keyId: typeof keyId === 'string' ? keyId : '',
      tokenUri: new URL(typeof tokenUri === 'string' ? tokenUri : 'https://oauth2.googleapis.com/token'),
    };
  } catch {
    return undefined;
  }
}
