import { tryBoundedJson } from '../../base/bounded-json.ts';
import { listAt, textAt } from '../../base/json-path.ts';
import type { HttpAnswer, HttpRequest } from '../../net/http.ts';
import type { Driver } from '../driver.ts';
import type { FailureKind } from '../facts.ts';
import { refusal, type SignedClient, type StorageError } from '../signed-client.ts';
import { type BucketAnswers, gcsSettings } from './settings.ts';

export const GOOGLE = new URL('https://storage.googleapis.com');

/** Returns a driver for a bucket over Google's JSON API with a token. */
export function gcsDriver(wire: SignedClient, bucket: string, token: () => Promise<string>): Driver {
  const name = encodeURIComponent(bucket);
  const base = `${GOOGLE.origin}/storage/v1/b/${name}`;
  const ask = async (method: string, url: string, rest: Partial<HttpRequest> = {}): Promise<HttpAnswer> => {
    const headers = { authorization: `Bearer ${await token()}`, ...rest.headers };
    const answer = await wire.send({ ...rest, method, url: new URL(url), headers });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusalOf(answer, url.startsWith(`${base}/o?`) || url === base);
  };
  const json = async (url: string) => tryBoundedJson((await ask('GET', url)).body.toString('utf8'));
  /** The texts of a field of the listed objects. Skips objects without it. */
  const list = async (query: string, field: string): Promise<readonly string[]> => {
    const objects = listAt(await json(`${base}/o?${query}`), 'items');
    return objects.map((object) => textAt(object, field)).filter((text) => text !== '');
  };
  const isOpen = async (url: string): Promise<boolean> => (await wire.send({ url: new URL(url) })).status === 200;
  const settings: BucketAnswers = {
    bucket: () => json(base),
    policy: () => json(`${base}/iam`),
  };
  return {
    address: `${GOOGLE.origin}/${bucket}`,
    list: (prefix) => list(`prefix=${prefix}&maxResults=10`, 'name'),
    put: async (key, body) => {
      const headers = { 'content-type': 'application/octet-stream' };
      await ask('POST', `${GOOGLE.origin}/upload/storage/v1/b/${name}/o?uploadType=media&name=${key}`, {
        body,
        headers,
      });
      // Every object has a generation. Whether old generations are kept shows only after it is deleted.
      return { version: undefined };
    },
    get: async (key) => (await ask('GET', `${base}/o/${key}?alt=media`)).body,
    remove: async (key) => {
      await ask('DELETE', `${base}/o/${key}`);
      return { mark: undefined };
    },
    purge: async (key, version) => {
      await ask('DELETE', `${base}/o/${key}?generation=${version}`);
    },
    oldVersions: (key) => list(`versions=true&prefix=${key}`, 'generation'),
    anonymous: async (key) => ({
      read: await isOpen(`${base}/o/${key}?alt=media`),
      list: await isOpen(`${base}/o?maxResults=1`),
    }),
    settings: () => gcsSettings(settings),
  };
}

/** Kinds of failure of each reason (Google, "HTTP status and error codes for JSON"). */
const REASONS: Readonly<Record<string, FailureKind>> = {
  authError: 'login',
  accountDisabled: 'login',
  retentionPolicyNotMet: 'locked',
  objectUnderActiveHold: 'locked',
  quotaExceeded: 'full',
  notImplemented: 'unsupported',
};

function refusalOf({ status, body }: HttpAnswer, isAboutBucket: boolean): StorageError {
  const reason = textAt(tryBoundedJson(body.toString('utf8')), 'error', 'errors', 0, 'reason');
  const byStatus: Readonly<Record<number, FailureKind>> = {
    401: 'login',
    403: 'denied',
    404: isAboutBucket ? 'bucket' : 'missing',
  };
  return refusal(REASONS[reason] ?? byStatus[status] ?? 'other', GOOGLE.hostname, status, reason);
}
