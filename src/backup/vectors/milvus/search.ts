import { ExternalError } from '../../../base/errors.ts';
import { MILVUS_TYPE } from '../../../evidence/vector-store/milvus.ts';
import { decodeMessage, encodeField } from '../../../evidence/vector-store/protobuf.ts';
import { encodePairs, type MilvusCalls } from './calls.ts';
import type { Shape } from './definition.ts';

/** The language of filters (common.proto, DslType). */
const EXPRESSIONS = 1;

/**
 * Searches a collection for the first vector of a page that was inserted. Throws ExternalError if the search finds
 * nothing, so that a collection with rows and a wrong index is not called restored.
 */
export async function requireSearch(
  calls: MilvusCalls,
  name: string,
  { vector }: Shape,
  page: Uint8Array,
): Promise<void> {
  const wanted = vector === undefined ? undefined : firstVector(page, vector.field);
  if (vector === undefined || wanted === undefined) return;
  const placeholder = [encodeField(1, '$0'), encodeField(2, MILVUS_TYPE.floatVector), encodeField(3, wanted)];
  const options = encodePairs(9, [
    ['anns_field', vector.field],
    ['topk', '1'],
    ['params', '{}'],
    ['round_decimal', '-1'],
    ...(vector.metric === undefined ? [] : [['metric_type', vector.metric] as const]),
  ]);
  const query = encodeField(6, encodeField(1, Buffer.concat(placeholder)));
  const request = [encodeField(3, name), query, encodeField(7, EXPRESSIONS), options, encodeField(12, 1)];
  const found = await calls.ask('Search', Buffer.concat(request));
  // SearchResults.results.ids.int_id
  if (
    found
      .message(2)
      .message(5)
      .pieces(1)
      .some((ids) => ids.length > 0)
  )
    return;
  throw new ExternalError(`a search in the collection ${name} of ${calls.where} finds none of its vectors`, {
    next: ['check the index and the query nodes of Milvus, and restore the vectors again'],
  });
}

/** FieldData.vectors.float_vector.data of the field, cut to its dimension. Undefined if the page has no such field. */
function firstVector(page: Uint8Array, field: string): Uint8Array | undefined {
  const column = decodeMessage(page)
    .pieces(5)
    .map(decodeMessage)
    .find((one) => one.text(2) === field);
  const vectors = column?.message(4);
  const [floats] = vectors?.message(2).pieces(1) ?? [];
  const bytes = 4 * (vectors?.number(1) ?? 0);
  return floats === undefined || bytes === 0 ? undefined : floats.subarray(0, bytes);
}
