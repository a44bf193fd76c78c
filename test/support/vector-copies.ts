import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { BackupPart } from '../../src/backup/manifest.ts';
import { type VectorInput, withCopies } from '../../src/backup/vectors/access.ts';
import type { VectorCopies } from '../../src/backup/vectors/copies.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { parsedDeployment, SAMPLE_FILES } from './deployments.ts';
import { secretsAt } from './vector-store.ts';

/** Calls `use` with the copies of an external store. `store`: its section of the file; `secrets`: by name in its block. */
export function onStore<T>(
  store: JsonObject & { readonly provider: string },
  secrets: Readonly<Record<string, string>>,
  use: (copies: VectorCopies) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const deployment = parsedDeployment({
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    vectorStore: { mode: 'external', ...store },
  });
  const entries = Object.entries(secrets).map(
    ([name, value]) => [`vectorStore.${store.provider}.${name}`, value] as const,
  );
  const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
  const input: VectorInput = {
    ...{ deployment, runner, baseDirectory: '/', kubeArgs: [], secrets: secretsAt(entries) },
    signal: AbortSignal.timeout(120_000),
  };
  return withCopies(input, use);
}

/** The name of a drill. */
export const BESIDE = 'difyctl_drill_00aa00aa_0a1b2c3d';

/**
 * Copies a collection, restores it beside itself and in its own place, and returns what was counted on the way. The
 * store is left as it was.
 */
export async function roundTrip(copies: VectorCopies, collection: string, folder: string) {
  const place = path.join(folder, collection);
  await mkdir(place, { mode: 0o700 });
  const done: number[] = [];
  const onDone = (count: number): void => void done.push(count);
  const count = (beside?: string) => copies.count(collection, undefined, beside);
  const details = await copies.save([collection], { folder: place, set: 'dify-20261122T120000Z-0a1b', onDone });
  const from = { folder: place, details, onDone };
  const absent = await count(BESIDE);
  await copies.restore([collection], from, BESIDE);
  const beside = { count: await count(BESIDE), left: await copies.leftScratch() };
  await copies.removeScratch(BESIDE);
  const removed = { count: await count(BESIDE), left: await copies.leftScratch() };
  await copies.remove([collection], undefined);
  const lost = await count();
  await copies.restore([collection], from, undefined);
  return { details, done, absent, beside, removed, lost, restored: await count() };
}

/** The result of `roundTrip` for a collection of `count` vectors, if all of them were copied and restored. */
export function completeTrip(details: BackupPart['details'], count: number): Awaited<ReturnType<typeof roundTrip>> {
  return {
    ...{ details, done: [1, 1, 1], absent: undefined },
    beside: { count, left: [BESIDE] },
    removed: { count: undefined, left: [] },
    ...{ lost: undefined, restored: count },
  };
}
