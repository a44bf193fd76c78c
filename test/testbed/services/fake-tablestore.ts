import { createHash, createHmac } from 'node:crypto';

import { decodeMessage, encodeField } from '../../../src/evidence/vector-store/protobuf.ts';
import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts';

/** The state of a fake Tablestore, including its faults. Tests can change it at any time. */
export interface TablestoreState {
  mayWrite: boolean;
  mayList: boolean;
}

export interface FakeTablestore extends FakeHttp {
  readonly state: TablestoreState;
  /** Tables that clients asked to delete. */
  readonly deleted: string[];
}

export const TABLESTORE_INSTANCE = 'dify-vectors';
export const TABLESTORE_KEY = { accessKeyId: 'LTAI-fake-key-id', accessKeySecret: 'Tablestore-secret' };

export function healthyTablestore(): TablestoreState {
  return { mayWrite: true, mayList: true };
}

/**
 * Starts Alibaba Cloud Tablestore's HTTP API, limited to the requests of a preflight. It verifies the signature as
 * documented.
 */
export async function startFakeTablestore(): Promise<FakeTablestore> {
  const state = healthyTablestore();
  const deleted: string[] = [];
  const server = await startFakeHttp((request) => answer(request, state, deleted));
  return { ...server, state, deleted };
}

const refused = (status: number, code: string, text: string): FakeAnswer => ({
  status,
  body: Buffer.concat([encodeField(1, code), encodeField(2, text)]),
});

function answer(request: FakeRequest, state: TablestoreState, deleted: string[]): FakeAnswer {
  const { path, headers, body } = request;
  if (headers['x-ots-instancename'] !== TABLESTORE_INSTANCE) {
    return refused(403, 'OTSAuthFailed', 'The instance does not exist.');
  }
  if (headers['x-ots-accesskeyid'] !== TABLESTORE_KEY.accessKeyId)
    return refused(403, 'OTSAuthFailed', `The AccessKeyID ${headers['x-ots-accesskeyid']} does not exist.`);
  if (headers['x-ots-signature'] !== signatureOf(request)) return refused(403, 'OTSAuthFailed', 'Signature mismatch.');
  if (headers['x-ots-contentmd5'] !== createHash('md5').update(body).digest('base64')) {
    return refused(400, 'OTSParameterInvalid', 'Content MD5 mismatch.');
  }
  if (path === '/ListTable') {
    return state.mayList
      ? { body: encodeField(1, 'vector_index_a1_node') }
      : refused(403, 'OTSNoPermissionAccess', 'You have no permission.');
  }
  if (!state.mayWrite)
    return refused(403, 'OTSNoPermissionAccess', 'You have no permission to access the requested resource.');
  deleted.push(decodeMessage(body).text(1));
  return refused(404, 'OTSObjectNotExist', 'Requested table does not exist.');
}

function signatureOf({ path, headers }: FakeRequest): string {
  const names = Object.keys(headers).filter((name) => name.startsWith('x-ots-') && name !== 'x-ots-signature');
  const lines = names.sort().map((name) => `${name}:${String(headers[name])}\n`);
  return createHmac('sha1', TABLESTORE_KEY.accessKeySecret)
    .update(`${path}\nPOST\n\n${lines.join('')}`)
    .digest('base64');
}
