import { expect, it } from 'vitest';
import { completeTrip, onStore, roundTrip } from '../support/vector-copies.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { startWeaviate } from '../testbed/services/weaviate.ts';

const NAME = 'Vector_index_0a1b_Node';
/** More than one page. */
const OBJECTS = 120;

const testbed = useTestbed(
  async () => ({ weaviate: await startWeaviate(), folder: await serviceFolder('vector-copies') }),
  async ({ weaviate, folder }) => {
    await weaviate.stop();
    await removeFolder(folder);
  },
);

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const { weaviate } = testbed.get();
  const answer = await fetch(`${weaviate.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${weaviate.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** A direction of its own, which no other object is near to. Sixteen bits are exact in the server's 32. */
function vectorOf(index: number): readonly number[] {
  const angle = (2 * Math.PI * index) / OBJECTS;
  return [Math.cos(angle), Math.sin(angle)].map((value) => Math.round(value * 2 ** 8) / 2 ** 8);
}

/** The class and the objects as Dify 1.16 makes them: one vector with the name `default`. */
async function fill(): Promise<void> {
  const vectorConfig = { default: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' } };
  const properties = ['text', 'document_id', 'doc_id'].map((name) => ({ name, dataType: ['text'] }));
  await ask('POST', '/v1/schema', { class: NAME, vectorConfig, properties });
  const objects = Array.from({ length: OBJECTS }, (_, index) => ({
    class: NAME,
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    properties: { text: `segment ${index}`, doc_id: `${index}` },
    vectors: { default: vectorOf(index) },
  }));
  await ask('POST', '/v1/batch/objects', { objects });
}

const nearest = (name: string) =>
  ask('POST', '/v1/graphql', {
    query: `{ Get { ${name} (nearVector: {vector: [${vectorOf(77).join(', ')}], targetVectors: ["default"]}, limit: 1) { text _additional { id } } } }`,
  });

it('copies a class with its vectors, and a search in the restored class finds them', async () => {
  const { weaviate, folder } = testbed.get();
  await fill();
  const found = { text: 'segment 77', _additional: { id: '00000000-0000-4000-8000-000000000077' } };
  expect(await nearest(NAME)).toEqual({ data: { Get: { [NAME]: [found] } } });
  const block = { provider: 'weaviate', weaviate: { url: weaviate.url, apiKey: { env: 'KEY' } } };
  const result = await onStore(block, { apiKey: weaviate.apiKey }, (copies) => roundTrip(copies, NAME, folder));
  expect(result).toEqual(completeTrip({ server: expect.stringMatching(/^1\.\d+\.\d+/) }, OBJECTS));
  expect(await nearest(NAME)).toEqual({ data: { Get: { [NAME]: [found] } } });
  const { vectors } = (await ask('GET', `/v1/objects/${NAME}/00000000-0000-4000-8000-000000000007?include=vector`)) as {
    vectors: unknown;
  };
  expect(vectors).toEqual({ default: vectorOf(7) });
});
