import type { LockSettings, Settings } from '../facts.ts';
import type { HistoryEntry } from '../object-version.ts';
import { refusal, type SignedClient } from '../signed-client.ts';
import { elementsOf, rootOf, textOf } from '../xml.ts';
import { type S3Keys, s3Client } from './client.ts';
import { lockSettings } from './object-lock.ts';
import { bucketUrl, type S3Place } from './places.ts';
import { s3Settings } from './settings.ts';

/** A bucket and the old versions of its objects. Every method throws StorageError. */
export interface VersionedBucket {
  readonly bucket: string;
  /** Returns every entry of the history of keys with this prefix (default: all), those of one key newest first. */
  history(prefix?: string): Promise<readonly HistoryEntry[]>;
  read(key: string, version: string): Promise<Uint8Array>;
  /** Makes a version of an object the newest one of the same key in `to`, a bucket of the same storage. */
  copy(key: string, version: string, to: string): Promise<void>;
  settings(): Promise<Settings>;
  /** Returns the settings that decide how long a deleted object stays. */
  lockSettings(): Promise<LockSettings>;
  /** The clock of the storage minus that of this machine, in ms. 0 before the first answer. */
  skewMs(): number;
}

/** Entries of one answer, which stays below the 1 MiB that is read: a key has at most 1024 bytes. */
const PAGE = 400;

/** Returns the versions of a bucket over S3 (Amazon S3 API, ListObjectVersions, CopyObject, GetObject). */
export function s3Versions(wire: SignedClient, place: S3Place, bucket: string, keys: S3Keys): VersionedBucket {
  const clientOf = (name: string) => {
    const address = bucketUrl(place.endpoint, name, place.style(name));
    return s3Client(wire, { address, region: place.region, keys });
  };
  const ask = clientOf(bucket);
  const host = place.endpoint.hostname;
  const text = async (name: string): Promise<string> => (await ask('GET', `?${name}`)).body.toString('utf8');
  return {
    bucket,
    history: async (prefix = '') => {
      const below = prefix === '' ? '' : `&prefix=${encodeURIComponent(prefix)}`;
      const entries: HistoryEntry[] = [];
      for (let from: string | undefined = ''; from !== undefined; ) {
        const xml = await text(`versions&encoding-type=url&max-keys=${PAGE}${below}${from}`);
        if (rootOf(xml) !== 'ListVersionsResult' || !/<\/(?:\w+:)?ListVersionsResult>\s*$/.test(xml.slice(-100)))
          throw refusal('other', host, 200, 'with a list of versions that is not complete');
        for (const { name, inside } of elementsOf(xml, ['Version', 'DeleteMarker']))
          entries.push(entryOf(name, inside));
        const next = nextPage(xml);
        if (next === from) throw refusal('other', host, 200, 'with the same page of versions again');
        from = next;
      }
      return entries;
    },
    read: async (key, version) => (await ask('GET', `${pathOf(key)}?versionId=${encodeURIComponent(version)}`)).body,
    copy: async (key, version, to) => {
      const source = `/${bucket}/${pathOf(key)}?versionId=${encodeURIComponent(version)}`;
      const { body } = await clientOf(to)('PUT', pathOf(key), { headers: { 'x-amz-copy-source': source } });
      // The storage may answer 200 before the copy fails.
      const root = rootOf(body.toString('utf8'));
      if (root !== 'CopyObjectResult') throw refusal('other', host, 200, `${root} to a copy`);
    },
    settings: () => s3Settings(text, place),
    lockSettings: () => lockSettings(text),
    skewMs: () => wire.seen.skewMs ?? 0,
  };
}

function entryOf(name: string, xml: string): HistoryEntry {
  const entry = {
    key: decoded(textOf(xml, 'Key')),
    version: textOf(xml, 'VersionId'),
    at: textOf(xml, 'LastModified'),
    isLatest: textOf(xml, 'IsLatest') === 'true',
  };
  if (name === 'DeleteMarker') return entry;
  const etag = textOf(xml, 'ETag').replaceAll('"', '');
  return { ...entry, object: { bytes: Number(textOf(xml, 'Size')), etag } };
}

/** The parameters of the next page. Undefined if there is none. */
function nextPage(xml: string): string | undefined {
  if (textOf(xml, 'IsTruncated') !== 'true') return undefined;
  const key = decoded(textOf(xml, 'NextKeyMarker'));
  const version = textOf(xml, 'NextVersionIdMarker');
  return `&key-marker=${encodeURIComponent(key)}&version-id-marker=${encodeURIComponent(version)}`;
}

/** A key of an answer with `encoding-type=url`, in which a space is a plus sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    return text;
  }
}

function pathOf(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
