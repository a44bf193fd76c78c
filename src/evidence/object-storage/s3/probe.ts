import type { AddressStyle, Failure } from '../../../storage/facts.ts';
import type { S3Keys } from '../../../storage/s3/client.ts';
import { s3Driver } from '../../../storage/s3/driver.ts';
import { mayAddress, type S3Place } from '../../../storage/s3/places.ts';
import { type Reach, type SignedClient, StorageError } from '../../../storage/signed-client.ts';
import type { BucketFact } from '../facts.ts';
import type { PlannedBucket } from '../plan.ts';
import { probeBucket } from '../probe.ts';

/** Probes one bucket over S3. If its address does not work, tries the other address style. */
export async function probeS3(
  { wire, cleaner, largest }: Reach,
  place: S3Place,
  bucket: PlannedBucket,
  keys: S3Keys,
): Promise<BucketFact> {
  const style = place.style(bucket.name);
  const driver = s3Driver(wire, place, bucket.name, style, keys);
  const probed = await probeBucket(driver, s3Driver(cleaner, place, bucket.name, style, keys), largest);
  const fact = { ...bucket, address: driver.address, style, ...wire.seen, ...probed };
  const away = 'stopped' in probed ? await endpointAway(wire, place, probed.stopped) : undefined;
  if (away !== undefined) return { ...fact, stopped: away };
  if (!('stopped' in probed) || !place.mayChoose || !isAddress(probed.stopped, style, place)) return fact;
  const other = style === 'virtual' ? 'path' : 'virtual';
  if (!mayAddress(place.endpoint, bucket.name, other)) return fact;
  const works = await answers(() => s3Driver(wire, place, bucket.name, other, keys).list('difyctl-probe-'));
  return { ...fact, otherStyle: { style: other, works } };
}

/**
 * The endpoint's own failure, if the bucket's host failed only because the endpoint cannot be reached at all. Undefined
 * otherwise.
 */
async function endpointAway(wire: SignedClient, { endpoint }: S3Place, stopped: Failure): Promise<Failure | undefined> {
  const isAway = ({ kind, stage }: Failure) => kind === 'fault' && (stage === 'resolve' || stage === 'connect');
  if (!isAway(stopped) || stopped.host === endpoint.hostname) return undefined;
  try {
    await wire.send({ url: endpoint });
    return undefined;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return isAway(error.failure) ? error.failure : undefined;
  }
}

/** True if the address style may be the cause of the failure. */
function isAddress({ kind, stage, host }: Failure, style: AddressStyle, { endpoint }: S3Place): boolean {
  if (kind === 'style') return true;
  // A server without virtual hosts may use the first part of the path as the bucket.
  if (kind === 'bucket') return style === 'virtual';
  return kind === 'fault' && stage !== 'use' && host !== endpoint.hostname;
}

/** True if the storage knows the bucket, even if the key may not list it. */
async function answers(list: () => Promise<unknown>): Promise<boolean> {
  try {
    await list();
    return true;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return error.failure.kind === 'denied';
  }
}
