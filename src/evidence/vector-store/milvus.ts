import { portOf } from '../../providers/endpoint.ts';
import { storeUrl } from './address.ts';
import type { StoreOf } from './facts.ts';
import type { GrpcAnswer, GrpcTarget } from './grpc.ts';
import type { Message } from './protobuf.ts';

/**
 * Field numbers, here and in every file about Milvus, are those of milvus.proto, common.proto and schema.proto of
 * milvus-io/milvus-proto.
 */
export const MILVUS_SERVICE = '/milvus.proto.milvus.MilvusService';

/** Data types of fields (schema.proto). */
export const MILVUS_TYPE = { int64: 5, floatVector: 101 } as const;

/** Where Milvus answers, without a login. */
export function milvusTarget(store: StoreOf<'milvus'>): GrpcTarget {
  const url = storeUrl(store);
  return { host: url.hostname, port: portOf(url), isSecure: url.protocol === 'https:' };
}

/** What pymilvus sends with every call: the login and the database. `secret`: the secret of this name in the block. */
export function milvusMetadata(
  { milvus }: StoreOf<'milvus'>,
  secret: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  const credentials = credentialsOf(milvus, secret);
  const login = credentials === undefined ? {} : { authorization: Buffer.from(credentials).toString('base64') };
  return { ...login, dbname: milvus.database };
}

/** A token takes precedence over user and password, as in Dify. Undefined if the file has neither. */
function credentialsOf(
  { username }: StoreOf<'milvus'>['milvus'],
  secret: (name: string) => string | undefined,
): string | undefined {
  const token = secret('token');
  if (token !== undefined) return token;
  return username === undefined ? undefined : `${username}:${secret('password') ?? ''}`;
}

interface MilvusStatus {
  readonly code: number;
  readonly reason: string;
}

/** The status in an answer of Milvus: field 1 of most messages. */
export function milvusStatus({ message }: GrpcAnswer): MilvusStatus {
  return statusIn(message.message(1));
}

/** The status that is the whole answer of a method such as `CreateCollection`. */
export function bareStatus({ message }: GrpcAnswer): MilvusStatus {
  return statusIn(message);
}

/** Field 1 is the old code, 3 the new one, 2 the reason. */
function statusIn(status: Message): MilvusStatus {
  return { code: status.number(3) || status.number(1), reason: status.text(2) };
}
