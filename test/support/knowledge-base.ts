/** Id of the only knowledge base of `KNOWLEDGE_SQL`. */
export const BASE = '22222222-2222-4222-8222-222222222222';
/** The class of its vectors in Weaviate. */
export const CLASS = `Vector_index_${BASE.replaceAll('-', '_')}_Node`;
/** Its segments, each with a vector. */
export const SEGMENTS = 60;

/**
 * A knowledge base with one document, as far as invariants and backups read it. `store`: the vector store, as Dify
 * names it; `segments`: the number of segments of the document.
 */
export const knowledgeSql = (store: string, segments: number): string => `
  CREATE TABLE accounts (id int, created_at timestamp);
  CREATE TABLE datasets (id uuid PRIMARY KEY, indexing_technique text, index_struct text, collection_binding_id uuid);
  CREATE TABLE dataset_collection_bindings (id uuid PRIMARY KEY, collection_name text);
  CREATE TABLE documents (id uuid PRIMARY KEY, indexing_status text, enabled bool, archived bool, doc_form text);
  CREATE TABLE document_segments (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), dataset_id uuid, document_id uuid, status text, enabled bool, created_at timestamp);
  INSERT INTO datasets VALUES ('${BASE}', 'high_quality', '{"type": "${store}", "vector_store": {"class_prefix": "${CLASS}"}}', NULL);
  INSERT INTO documents VALUES ('${BASE}', 'completed', true, false, 'text_model');
  INSERT INTO document_segments (dataset_id, document_id, status, enabled) SELECT '${BASE}', '${BASE}', 'completed', true FROM generate_series(1, ${segments});`;

/** The knowledge base with `SEGMENTS` segments, whose vectors are in Weaviate. */
export const KNOWLEDGE_SQL = knowledgeSql('weaviate', SEGMENTS);

/** Address and key of a Weaviate. */
interface WeaviateLogin {
  /** `http://host:port`. */
  readonly url: string;
  readonly apiKey: string;
}

/** Sends one request to Weaviate and returns its answer. Throws Error with the answer if the request fails. */
export async function askWeaviate(
  { url, apiKey }: WeaviateLogin,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text === '' ? undefined : JSON.parse(text);
}

/** Creates a class as Dify does. */
export async function createClass(weaviate: WeaviateLogin, name: string): Promise<void> {
  await askWeaviate(weaviate, 'POST', '/v1/schema', {
    class: name,
    vectorConfig: { default: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' } },
    properties: [{ name: 'text', dataType: ['text'] }],
  });
}

/** Creates the class of the knowledge base, with a vector for each segment. */
export async function fillKnowledgeBase(weaviate: WeaviateLogin): Promise<void> {
  await createClass(weaviate, CLASS);
  const objects = Array.from({ length: SEGMENTS }, (_, index) => ({
    class: CLASS,
    properties: { text: `segment ${index}` },
    vectors: { default: [index, 1, 0.5] },
  }));
  await askWeaviate(weaviate, 'POST', '/v1/batch/objects', { objects });
}
