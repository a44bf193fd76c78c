import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseName } from '../backup/database.ts';
import { fullPlace } from '../backup/drill/full-place.ts';
import { drillPlace } from '../backup/drill/open-place.ts';
import type { DrillPlace } from '../backup/drill/place.ts';
import { objectsOf, sealedIn } from '../backup/drill/set-objects.ts';
import type { InvariantResult } from '../backup/invariants/facts.ts';
import { isProven, judgeInvariants } from '../backup/invariants/judge.ts';
import { readInvariantFacts } from '../backup/invariants/read/read.ts';
import type { CountVectors, ObjectReader } from '../backup/invariants/read/source.ts';
import { withKeys } from '../backup/invariants/read/with-keys.ts';
import { type BackupPart, partOf } from '../backup/manifest.ts';
import { withRepository } from '../backup/open-repository.ts';
import { openPointInTime } from '../backup/pitr/archive.ts';
import { dumpAtMoment } from '../backup/pitr/dump.ts';
import { readSets } from '../backup/repository.ts';
import { chooseSet, setNotAfter } from '../backup/restore/choose-set.ts';
import { newestRow } from '../backup/restore/newest-row.ts';
import { openSecrets, readIdentities } from '../backup/restore/open-secrets.ts';
import { refuseSet } from '../backup/restore/refuse-set.ts';
import { fetchPart, refuseFullDisk } from '../backup/restore/restore-part.ts';
import type { DumpFile } from '../backup/restore/target-database.ts';
import { restoreVectors, vectorCopy, withCounts } from '../backup/restore/target-vectors.ts';
import { drilledParts, whyNoVectors } from '../backup/restored-parts.ts';
import { readerOf } from '../backup/versions/reader.ts';
import { versionTimes } from '../backup/versions/times.ts';
import type { OnProgress } from '../base/events.ts';
import { formatBytes } from '../base/quantity.ts';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import { counted } from '../base/words.ts';
import { setsName } from '../deployment/primary.ts';
import { resolvedSecret } from '../evidence/secret-values.ts';
import { isServing } from '../recovery/drill-facts.ts';
import { type DrillRecord, newDrillRecord } from '../recovery/drill-record.ts';
import { drillsFolder, writeDrill } from '../recovery/drill-store.ts';
import type { Drill, DrillInput } from './drill-context.ts';
import { drillDify, refuseFull } from './drill-full.ts';
import { removeLeftVectors, removeVectors, scratchOf, vectorInput } from './drill-vectors.ts';
import { openDeployment } from './open-deployment.ts';
import { installedSecrets, resolveDeploymentSecrets } from './resolve-secrets.ts';
import { runStep } from './steps.ts';

/** A finished drill and the file of its record. */
interface Drilled {
  readonly record: DrillRecord;
  readonly path: string;
}

/**
 * Restores a set into scratch databases and a scratch folder, verifies the invariants, removes everything and stores the
 * record. The live data is not written to. Throws UserError if the set does not fit, ExternalError if a program fails.
 */
export async function drillDeployment(input: DrillInput): Promise<Drilled> {
  const { deployment, baseDirectory, signal, env } = input;
  const opened = openDeployment(input);
  const living = installedSecrets(opened, undefined);
  const secrets = await resolveDeploymentSecrets(opened, living, { env, unreadable: 'warn', signal });
  const { runner, redact } = opened;
  const identities = input.identity === undefined ? undefined : await readIdentities(input.identity);
  return withRepository({ deployment, baseDirectory, secrets, runner, redact }, async (restic) => {
    const folder = await makeTemporaryFolder();
    try {
      const onLeft = (names: readonly string[]): void => reportLeft(names, input.onProgress);
      const place = { deployment, baseDirectory, secrets, runner, restic, folder, signal, onLeft };
      const data = input.full ? undefined : await drillPlace(place);
      const found = await readSets(restic, setsName(deployment), { signal });
      const { at } = input;
      const chosen = chooseSet(found, at === undefined ? input.set : setNotAfter(found, input.set, at));
      const sealed =
        identities === undefined ? undefined : await openSecrets(restic, chosen.manifest, identities, signal);
      if (sealed !== undefined) opened.protect([...Object.values(sealed.secrets), ...Object.values(sealed.files)]);
      const secretKey = resolvedSecret(secrets, 'secrets.secretKey') ?? sealed?.secrets['secrets.secretKey'];
      refuseSet({ manifest: chosen.manifest, image: deployment.version, secretKey });
      await refuseFullDisk(folder, drilledParts(chosen.manifest));
      const point =
        at === undefined ? undefined : await openPointInTime(at, { deployment, baseDirectory, runner, signal });
      if (input.full) refuseFull(chosen.manifest, point !== undefined);
      const use = data ?? (await fullPlace({ ...place, secretKey: secretKey ?? '', protect: opened.protect }));
      await restic.unlock({ signal });
      const drill = {
        input,
        opened,
        use,
        restic,
        folder,
        manifest: chosen.manifest,
        secrets,
        point,
        sealed,
        durations: [],
        versions: new Map(),
      };
      return await drillSet({ ...drill, secretKey: secretKey ?? '' }, chosen.isNewest && at === undefined);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

function reportLeft(names: readonly string[], onProgress: OnProgress): void {
  if (names.length === 0) return;
  onProgress({ type: 'note', level: 'info', text: `removed after a killed drill: ${names.join(', ')}` });
}

async function drillSet(drill: Drill, isNewest: boolean): Promise<Drilled> {
  const { input, manifest } = drill;
  const at = input.now().toISOString();
  const commonPoint = drill.point?.at.toISOString() ?? manifest.commonPoint;
  const { place, ...result } = await drill.use(async (place) => {
    reportLeft(await removeLeftVectors(drill, place), input.onProgress);
    try {
      return { place: `${place.words}, removed`, ...(await restoreAndVerify(drill, place)) };
    } finally {
      await removeVectors(drill, place);
    }
  });
  const record = newDrillRecord({
    ...{ deployment: manifest.deployment, set: manifest.set, isNewest, commonPoint },
    ...{ at, finishedAt: input.now().toISOString(), durations: drill.durations, ...result },
    dify: { set: manifest.dify, image: input.deployment.version },
    place,
  });
  return { record, path: await writeDrill(drillsFolder(input.baseDirectory, input.deployment.name), record) };
}

async function restoreAndVerify(drill: Drill, place: DrillPlace) {
  const { input, restic, folder, manifest } = drill;
  const { signal } = input;
  const started = performance.now();
  const dumps = await dumpsOf(drill);
  for (const which of ['main', 'plugin'] as const) {
    const part = partOf(manifest, `postgres-${which}`);
    await timed(drill, part, () => place.restore(which, part, dumps.get(which)));
  }
  for (const name of ['objects', 'plugin-storage'] as const) {
    const part = partOf(manifest, name);
    if (part.mechanism === 'copied')
      await timed(drill, part, () => fetchPart(restic, part, join(folder, name), signal));
    if (part.mechanism === 'referenced')
      await timed(drill, part, async () => void drill.versions.set(name, await versionsReader(part, drill)));
  }
  const vectors = vectorCopy(manifest);
  if (vectors !== undefined)
    await timed(drill, vectors, () =>
      restoreVectors(vectors, scratchOf(drill, place), vectorInput(drill), () => undefined),
    );
  const restoreSeconds = Math.round(performance.now() - started) / 1_000;
  const data = await verify(drill, place);
  if (place.dify === undefined) return { restoreSeconds, ...data };
  const full = await drillDify(drill, place.dify, place.read);
  return { restoreSeconds, ...data, full, outcome: isServing(full) ? data.outcome : ('fail' as const) };
}

/** Reads the list of a part, and verifies that the bucket has each version of it. The bucket is not written to. */
async function versionsReader(part: BackupPart, drill: Drill): Promise<ObjectReader> {
  const { input, restic, secrets, manifest, point } = drill;
  const { deployment, baseDirectory, signal, at } = input;
  return readerOf(part, versionTimes({ at, manifest, point }), { deployment, baseDirectory, secrets, restic, signal });
}

/** Recovers PostgreSQL from its archive to the stated time. Empty without an archive: the set has the dumps. */
async function dumpsOf(drill: Drill): Promise<ReadonlyMap<DatabaseName, DumpFile>> {
  const { input, opened, point, restic, secrets, folder } = drill;
  if (point === undefined) return new Map();
  const { deployment, baseDirectory, signal } = input;
  const { runner, kubeArgs } = opened;
  const context = { deployment, baseDirectory, secrets, runner, kubeArgs, restic, folder, signal };
  const started = performance.now();
  const dumps = await runStep(
    ...([input.onProgress, 'point-in-time', `recovering PostgreSQL to ${point.at.toISOString()}`] as const),
    () => dumpAtMoment(point, ['main', 'plugin'], { ...context, onStart: () => undefined }),
    () => ({ detail: point.backup.label }),
  );
  drill.durations.push({ part: 'point-in-time', seconds: Math.round(performance.now() - started) / 1_000 });
  return dumps;
}

async function timed(drill: Drill, part: BackupPart, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await runStep(drill.input.onProgress, part.part, `restoring ${part.part}`, work, () => ({
    detail: formatBytes(part.bytes),
  }));
  drill.durations.push({ part: part.part, seconds: Math.round(performance.now() - started) / 1_000 });
}

async function verify(drill: Drill, place: DrillPlace) {
  const { input, manifest, secretKey } = drill;
  return place.read(async ({ main, plugin }) => {
    const invariants = await runStep(
      ...([input.onProgress, 'verify', 'verifying the recovered data'] as const),
      async (): Promise<readonly InvariantResult[]> => {
        const data = {
          ...{ main, plugin, secretKey },
          sealedKeys: drill.sealed === undefined ? sealedIn(manifest) : undefined,
          objects: withKeys(objectsOf(drill, 'objects'), drill.sealed?.files ?? {}),
          packages: objectsOf(drill, 'plugin-storage'),
        };
        const read = (vectors: CountVectors | undefined) => readInvariantFacts({ ...data, vectors }, input.signal);
        const facts =
          vectorCopy(manifest) === undefined
            ? await read(undefined)
            : await withCounts(vectorInput(drill), scratchOf(drill, place), read);
        return judgeInvariants(facts, {
          schemaHead: manifest.schemaHead,
          versions: { set: manifest.dify, image: input.deployment.version },
          noVectors: whyNoVectors(manifest, 'a drill does not restore the vector store'),
        });
      },
      (results) => ({ detail: counted(results.length, 'invariant'), failed: !isProven(results) }),
    );
    const newestRecovered = await newestRow(main);
    return {
      invariants: [...invariants],
      outcome: isProven(invariants) ? ('pass' as const) : ('fail' as const),
      ...(newestRecovered === undefined ? {} : { newestRecovered }),
    };
  });
}
