import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts';

/** The state of a fake Tencent VectorDB, including its faults. Tests can change it at any time. */
export interface TencentState {
  databases: string[];
  /** The largest number of replicas that its nodes can hold besides the primary. */
  mostReplicas: number;
}

export interface FakeTencent extends FakeHttp {
  readonly state: TencentState;
}

export const TENCENT_KEY = 'Tencent-secret';
/** The key of a user who may only read. */
export const TENCENT_READER = 'Reader-secret';

export function healthyTencent(): TencentState {
  return { databases: ['dify'], mostReplicas: 2 };
}

/** Starts Tencent Cloud VectorDB's HTTP API, limited to the requests of a preflight. */
export async function startFakeTencent(): Promise<FakeTencent> {
  const state = healthyTencent();
  const server = await startFakeHttp((request) => answer(request, state));
  return { ...server, state };
}

const said = (code: number, msg: string, more: object = {}): FakeAnswer => ({ json: { code, msg, ...more } });

function answer({ path, headers, json }: FakeRequest, state: TencentState): FakeAnswer {
  const isReader = headers.authorization === `Bearer account=root&api_key=${TENCENT_READER}`;
  if (!isReader && headers.authorization !== `Bearer account=root&api_key=${TENCENT_KEY}`) {
    return { status: 401, json: { code: 14, msg: 'There was an error with your authentication information' } };
  }
  if (path === '/database/list') return said(0, 'operation success', { databases: state.databases });
  if (isReader) return said(15_113, 'account has no permission for this operation');
  const { database = '', replicaNum = 0 } = json as { database?: string; replicaNum?: number };
  if (path === '/database/create') state.databases.push(database);
  if (path === '/database/drop') state.databases = state.databases.filter((name) => name !== database);
  if (path === '/collection/create' && replicaNum > state.mostReplicas) {
    return said(15_000, `The number of replicas can not be greater than the number of nodes: ${replicaNum}`);
  }
  return said(0, 'operation success');
}
