import { tryBoundedJson } from '../../../base/bounded-json.ts';
import { textAt } from '../../../base/json-path.ts';
import type { DatasetFact } from '../facts.ts';
import { type CountVectors, existing, type Query } from './source.ts';

/**
 * Completed, enabled segments of documents in use. A document with parent and child chunks stores the vectors of its
 * child chunks only (langgenius/dify api/core/rag/index_processor, 1.16).
 */
const segments = (children: string): string => `
  SELECT d.id::text AS id, d.index_struct AS struct, b.collection_name AS binding,
         (SELECT count(*) FROM document_segments s JOIN documents o ON o.id = s.document_id
           WHERE s.dataset_id = d.id AND s.status = 'completed' AND s.enabled
             AND o.indexing_status = 'completed' AND o.enabled AND NOT o.archived
             AND o.doc_form IS DISTINCT FROM 'hierarchical_model') + ${children} AS segments
    FROM datasets d LEFT JOIN dataset_collection_bindings b ON b.id = d.collection_binding_id
   WHERE d.indexing_technique = 'high_quality' ORDER BY d.id`;

const CHILDREN = `(
         SELECT count(*) FROM child_chunks c JOIN document_segments s ON s.id = c.segment_id
           JOIN documents o ON o.id = c.document_id
          WHERE c.dataset_id = d.id AND s.status = 'completed' AND s.enabled
            AND o.indexing_status = 'completed' AND o.enabled AND NOT o.archived)`;

/** A knowledge base with embeddings. */
export interface KnowledgeBase {
  readonly dataset: string;
  /** The name that Dify gives to its collection. */
  readonly collection: string;
  /** Completed, enabled segments; for documents with parent and child chunks, their child chunks. */
  readonly segments: number;
}

/** Returns the knowledge bases with embeddings, ordered by id. Throws the errors of the query. */
export async function readKnowledgeBases(query: Query): Promise<readonly KnowledgeBase[]> {
  const hasChildren = (await existing(query, ['child_chunks'])).length > 0;
  return (await query(segments(hasChildren ? CHILDREN : '0'))).map((row) => ({
    dataset: String(row.id),
    collection: collectionOf(String(row.id), row.struct, row.binding),
    segments: Number(row.segments),
  }));
}

/** Compares each knowledge base with its collection. Those without a segment are left out. */
export async function readDatasets(query: Query, count: CountVectors): Promise<readonly DatasetFact[]> {
  const facts: DatasetFact[] = [];
  for (const one of await readKnowledgeBases(query)) {
    if (one.segments > 0) facts.push({ ...one, vectors: await count(one.collection, one.dataset) });
  }
  return facts;
}

/** The binding of the dataset, the name in its index structure, or the name that Dify gives by default. */
function collectionOf(dataset: string, struct: unknown, binding: unknown): string {
  if (typeof binding === 'string' && binding !== '') return binding;
  const named = textAt(tryBoundedJson(String(struct ?? '')), 'vector_store', 'class_prefix');
  return named === '' ? `Vector_index_${dataset.replaceAll('-', '_')}_Node` : named;
}
