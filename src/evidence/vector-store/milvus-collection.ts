import { ProbeError } from '../../net/probe-error.ts';
import type { Asked, WriteFact } from './facts.ts';
import { type Call, GRPC } from './grpc.ts';
import { bareStatus, MILVUS_SERVICE, MILVUS_TYPE } from './milvus.ts';
import { encodeField } from './protobuf.ts';
import { probeWrite } from './write-probe.ts';

/** Creates a collection with one vector field and removes it. */
export function tryCollection(call: Call, database: string, name: string): Promise<Asked<WriteFact>> {
  const named = Buffer.concat([encodeField(2, database), encodeField(3, name)]);
  return probeWrite({
    how: 'created and deleted a collection',
    name,
    create: async () => {
      const schema = encodeField(4, collectionSchema(name));
      await statusAlone(call, 'CreateCollection', Buffer.concat([named, schema, encodeField(5, 1)]));
    },
    remove: async () => {
      await statusAlone(call, 'DropCollection', named, true);
    },
  });
}

/** A schema with an integer key and a vector of two dimensions. */
function collectionSchema(name: string): Buffer {
  const dimension = Buffer.concat([encodeField(1, 'dim'), encodeField(2, '2')]);
  const key = [encodeField(1, 100), encodeField(2, 'id'), encodeField(3, 1), encodeField(5, MILVUS_TYPE.int64)];
  const vector = [
    encodeField(1, 101),
    encodeField(2, 'vector'),
    encodeField(5, MILVUS_TYPE.floatVector),
    encodeField(6, dimension),
  ];
  return Buffer.concat([
    encodeField(1, name),
    encodeField(4, Buffer.concat(key)),
    encodeField(4, Buffer.concat(vector)),
  ]);
}

/** Calls a method that answers with a status only. Throws ProbeError, code `403` for a missing right. */
async function statusAlone(call: Call, method: string, request: Uint8Array, isCleanup = false): Promise<void> {
  const answer = await call(`${MILVUS_SERVICE}/${method}`, request, isCleanup);
  const { status, said } = answer;
  const { code, reason } = bareStatus(answer);
  if (status === 0 && code === 0) return;
  const isRight = status === GRPC.permissionDenied || status === GRPC.unauthenticated;
  throw new ProbeError('use', isRight ? '403' : String(status || code), said === '' ? reason : said);
}
