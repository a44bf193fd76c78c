import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import { queryLines } from '../database.ts';
import { type KnowledgeBase, readKnowledgeBases } from '../invariants/read/datasets.ts';
import { psqlQuery } from '../restore/psql-query.ts';
import { withCopies } from '../vectors/access.ts';
import { requireNames, type SavedCollection, writeCollections } from '../vectors/collections.ts';
import type { VectorCopies } from '../vectors/copies.ts';
import { rebuildHours } from '../vectors/estimate.ts';
import { canCopy } from '../vectors/registry.ts';
import type { MadePart, MakeContext } from './context.ts';
import type { OpenDatabase } from './dump.ts';
import { copyFolder } from './files.ts';

/** Segments that Dify indexes with embeddings (api/models/dataset.py; vdb-migrate takes the same ones). */
const SEGMENTS = `SELECT count(*) FROM document_segments s JOIN datasets d ON d.id = s.dataset_id
  WHERE d.indexing_technique = 'high_quality' AND s.status = 'completed' AND s.enabled`;

/** Tables of the main database that name the collections. */
const TABLES = ['datasets', 'documents', 'document_segments', 'dataset_collection_bindings'];

/** Throws UserError if the file does not say how the vectors come back. Called before anything is copied. */
export function requireVectorStrategy({ deployment }: Pick<MakeContext, 'deployment'>): void {
  const strategy = deployment.recovery?.vectorStore?.strategy;
  const { provider } = deployment.vectorStore;
  if (strategy === 'rebuild' || (strategy === 'snapshot' && canCopy(provider))) return;
  const observed =
    strategy === 'snapshot'
      ? `recovery.vectorStore.strategy is snapshot, and difyctl backup makes no snapshot of ${provider}`
      : 'the file does not say how the vectors come back after a disaster';
  throw new UserError(observed, {
    next: [
      'set recovery.vectorStore.strategy to rebuild: Dify embeds every segment again after a restore',
      ...(strategy === 'snapshot'
        ? [`or make snapshots with the means of ${provider}, and run difyctl backup with rebuild`]
        : []),
    ],
  });
}

/** Reaches the vector store if its collections are copied. Throws UserError if its server cannot copy. */
export async function examineVectors(context: MakeContext): Promise<void> {
  if (context.deployment.recovery?.vectorStore?.strategy !== 'snapshot') return;
  await withCopies(context, async (copies) => copies.requireCopies?.());
}

/** Makes the part `vectors` as the file says: a copy of every collection, or a note that Dify embeds all again. */
export function vectorsPart(main: OpenDatabase, context: MakeContext): Promise<MadePart> {
  const { strategy } = context.deployment.recovery?.vectorStore ?? {};
  return strategy === 'snapshot' ? copiesPart(main, context) : rebuildPart(main, context);
}

/** Records that the vectors are made again from the main database, with an estimate of the calls and hours. */
async function rebuildPart(main: OpenDatabase, { runner, signal }: MakeContext): Promise<MadePart> {
  const hasSegments = main.tables.includes('document_segments') && main.tables.includes('datasets');
  const [count] = hasSegments ? await queryLines(runner, main.client, SEGMENTS, { signal }) : ['0'];
  const segments = Number(count);
  const details = { segments, hours: rebuildHours(segments) };
  return { part: 'vectors', mechanism: 'rebuild', engine: 'Dify', bytes: 0, details };
}

/** Copies the collections of every knowledge base into a folder of the cache, and from there into the repository. */
async function copiesPart(main: OpenDatabase, context: MakeContext): Promise<MadePart> {
  const { runner, signal, cache, set, deployment } = context;
  const isDifys = TABLES.every((name) => main.tables.includes(name));
  const bases = isDifys ? await readKnowledgeBases(psqlQuery(runner, main.client, { signal })) : [];
  const names = [...new Set(bases.map(({ collection }) => collection))];
  requireNames(names);
  const folder = join(cache, 'vectors');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await withCopies(context, async (copies) => {
      const saved = await savedCollections(copies, names);
      const place = { folder, set, onDone: () => undefined };
      const facts = await copies.save(
        saved.map(({ name }) => name),
        place,
      );
      await writeCollections(folder, saved);
      const details = { ...facts, provider: deployment.vectorStore.provider, ...totals(bases, saved) };
      const part = await copyFolder('vectors', folder, [], details, context);
      return { ...part, mechanism: copies.refers === true ? 'referenced' : 'copied', engine: copies.engine };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The collections that exist, with the number of their vectors. */
async function savedCollections(copies: VectorCopies, names: readonly string[]): Promise<readonly SavedCollection[]> {
  const saved: SavedCollection[] = [];
  for (const name of names) {
    const vectors = await copies.count(name, undefined, undefined);
    if (vectors !== undefined) saved.push({ name, vectors });
  }
  return saved;
}

/** `lacking`: collections that have fewer vectors than the segments of their knowledge bases. */
function totals(bases: readonly KnowledgeBase[], saved: readonly SavedCollection[]) {
  const needs = new Map<string, number>();
  for (const { collection, segments } of bases) needs.set(collection, (needs.get(collection) ?? 0) + segments);
  const has = new Map(saved.map(({ name, vectors }) => [name, vectors]));
  return {
    collections: saved.length,
    vectors: saved.reduce((sum, { vectors }) => sum + vectors, 0),
    segments: [...needs.values()].reduce((sum, count) => sum + count, 0),
    lacking: [...needs].filter(([name, count]) => (has.get(name) ?? 0) < count).length,
  };
}

/** `2 collections with 31 vectors`, and what is missing in them. Undefined for a part that was not copied. */
export function copiedVectors({ details }: Pick<MadePart, 'details'>): string | undefined {
  const { collections, vectors, lacking } = details;
  if (typeof collections !== 'number' || typeof vectors !== 'number') return undefined;
  const copied = `${counted(collections, 'collection')} with ${counted(vectors, 'vector')}`;
  return typeof lacking === 'number' && lacking > 0
    ? `${copied}; ${counted(lacking, 'knowledge base')} with fewer vectors than segments`
    : copied;
}
