import { databaseClient } from '../../backup/database.ts';
import type { InvariantResult } from '../../backup/invariants/facts.ts';
import { judgeInvariants } from '../../backup/invariants/judge.ts';
import { readInvariantFacts } from '../../backup/invariants/read/read.ts';
import type { CountVectors, ObjectReader } from '../../backup/invariants/read/source.ts';
import { lackingBases } from '../../backup/invariants/vectors.ts';
import { partOf } from '../../backup/manifest.ts';
import type { RestoreContext } from '../../backup/restore/context.ts';
import { psqlQuery } from '../../backup/restore/psql-query.ts';
import { filesReader, filesTargets } from '../../backup/restore/target-files.ts';
import { vectorCopy, withCounts } from '../../backup/restore/target-vectors.ts';
import { whyNoVectors } from '../../backup/restored-parts.ts';
import { UserError } from '../../base/errors.ts';
import type { RestoreSources } from './sources.ts';

/** The invariants, and the ids of the knowledge bases that lack vectors. */
export interface VerifiedData {
  readonly invariants: readonly InvariantResult[];
  readonly lacking: readonly string[];
}

/**
 * Verifies the invariants of the restored data where it is now. `areVectorsLater`: the bundled vector store does not
 * run, so that its vectors are restored after the install. Throws UserError if a login is missing, ExternalError if
 * the bundled database does not run; what cannot be read is `unknown`.
 */
export async function verifyRestored(
  { manifest, sealed, secretKey }: RestoreSources,
  context: RestoreContext,
  areVectorsLater: boolean,
): Promise<VerifiedData> {
  const { runner, signal, deployment } = context;
  const query = async (which: 'main' | 'plugin') =>
    psqlQuery(runner, await databaseClient(which, context), { signal, timeoutMs: QUERY_MS });
  const targets = await filesTargets(context).catch(unlessClaim);
  const areSealed = sealed === undefined && partOf(manifest, 'secrets').mechanism === 'copied';
  const data = {
    ...{ main: await query('main'), plugin: await query('plugin'), secretKey },
    objects: targets === undefined ? UNREADABLE : filesReader(targets.objects, context),
    packages: targets === undefined ? UNREADABLE : filesReader(targets.plugins, context),
    sealedKeys: areSealed ? manifest.keys.tenants : undefined,
  };
  const read = (vectors: CountVectors | undefined) => readInvariantFacts({ ...data, vectors }, signal);
  const isRebuilt = areVectorsLater || vectorCopy(manifest) === undefined;
  const facts = isRebuilt ? await read(undefined) : await withCounts(context, undefined, read);
  const invariants = judgeInvariants(facts, {
    schemaHead: manifest.schemaHead,
    versions: { set: manifest.dify, image: deployment.version },
    noVectors: whyNoVectors(manifest, 'the bundled store does not run yet'),
  });
  return { invariants, lacking: lackingBases(facts) };
}

/** A count of a large table takes minutes. */
const QUERY_MS = 15 * 60_000;

const refuse = (): Promise<never> =>
  Promise.reject(new Error('difyctl cannot read the files on a claim of Kubernetes'));
const UNREADABLE: ObjectReader = { has: refuse, read: refuse };

/** Databases can be restored without the files of a claim. */
function unlessClaim(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
  return undefined;
}
