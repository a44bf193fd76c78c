import { createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type FakeGcsService, startFakeGcs } from './fake-gcs.ts';
import type { Service } from './service.ts';

/** A right of an account on every bucket (Google, "IAM permissions for JSON methods"). */
export type Permission =
  | 'buckets.get'
  | 'buckets.getIamPolicy'
  | 'objects.list'
  | 'objects.get'
  | 'objects.create'
  | 'objects.delete';

/**
 * Google's authentication in front of fake-gcs-server, which has none: tokens for service accounts, permissions, and
 * the bucket fields that fake-gcs-server does not store.
 */
export interface FakeGoogleService extends Service {
  readonly storage: FakeGcsService;
  /** Creates a service account with these permissions. Returns its key file. */
  addAccount(name: string, permissions: readonly Permission[]): string;
  /** Allows everyone to read and list this bucket. */
  open(bucket: string): void;
  /** Adds fields to the response about the bucket, and sets its policy. */
  describe(bucket: string, said: { readonly meta?: object; readonly policy?: object }): void;
}

interface Account {
  readonly publicKey: string;
  readonly permissions: readonly Permission[];
}

interface State {
  readonly accounts: Map<string, Account>;
  readonly tokens: Map<string, Account>;
  readonly opened: Set<string>;
  readonly said: Map<string, { readonly meta?: object; readonly policy?: object }>;
  readonly storage: FakeGcsService;
}

/**
 * Permitted clock difference of an assertion in seconds (Google, "Using OAuth 2.0 for Server to Server Applications").
 */
const SKEW_S = 300;

/** Starts fake-gcs-server and the front, over plain HTTP. */
export async function startFakeGoogle(): Promise<FakeGoogleService> {
  const storage = await startFakeGcs();
  const state: State = { accounts: new Map(), tokens: new Map(), opened: new Set(), said: new Map(), storage };
  const server = createServer((request, response) => {
    answer(state, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address: host, port } = server.address() as AddressInfo;
  return {
    host,
    port,
    storage,
    addAccount: (name, permissions) => addAccount(state, name, permissions),
    open: (bucket) => void state.opened.add(bucket),
    describe: (bucket, said) => void state.said.set(bucket, said),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await storage.stop();
    },
  };
}

function addAccount(state: State, name: string, permissions: readonly Permission[]): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const email = `${name}@tests.iam.gserviceaccount.com`;
  state.accounts.set(email, { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(), permissions });
  return JSON.stringify({
    type: 'service_account',
    private_key_id: randomBytes(20).toString('hex'),
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email: email,
    token_uri: 'https://oauth2.googleapis.com/token',
  });
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', state.storage.url);
  const say = (status: number, json: object) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  };
  if (url.pathname === '/token') {
    const { status, json } = tokenFor(state, new URLSearchParams(body.toString()).get('assertion') ?? '');
    return say(status, json);
  }
  const bucket = /\/b\/([^/]+)/.exec(url.pathname)?.[1] ?? '';
  const refused = refusal(state, request, url, bucket);
  if (refused !== undefined) return say(refused, errorOf(refused));
  if (url.pathname.endsWith('/iam')) return say(200, state.said.get(bucket)?.policy ?? {});
  const init = { method: request.method ?? 'GET', headers: { 'content-type': 'application/octet-stream' } };
  const passed = await fetch(url, body.length === 0 ? init : { ...init, body });
  const bytes = Buffer.from(await passed.arrayBuffer());
  const isMeta = passed.ok && url.pathname === `/storage/v1/b/${bucket}`;
  const own = isMeta
    ? Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), ...state.said.get(bucket)?.meta }))
    : bytes;
  response.writeHead(passed.status, { 'content-length': own.length }).end(own);
}

function tokenFor(state: State, assertion: string): { readonly status: number; readonly json: object } {
  const invalid = (error_description: string) => ({ status: 400, json: { error: 'invalid_grant', error_description } });
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const { iss, iat } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const account = state.accounts.get(iss);
  if (account === undefined) return invalid('Invalid grant: account not found');
  if (Math.abs(iat - Date.now() / 1_000) > SKEW_S) {
    return invalid('Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.');
  }
  const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`);
  if (!verify.verify(account.publicKey, signature, 'base64url')) return invalid('Invalid JWT Signature.');
  const token = randomBytes(16).toString('hex');
  state.tokens.set(token, account);
  return { status: 200, json: { access_token: token, token_type: 'Bearer', expires_in: 3599 } };
}

/** The status of a refused request. Undefined if it is permitted. */
function refusal(state: State, { method, headers }: IncomingMessage, url: URL, bucket: string): number | undefined {
  const wanted = permissionOf(method ?? 'GET', url);
  const { authorization } = headers;
  if (authorization === undefined) {
    const isOpen = state.opened.has(bucket) && (wanted === 'objects.get' || wanted === 'objects.list');
    return isOpen ? undefined : 401;
  }
  const account = state.tokens.get(authorization.replace('Bearer ', ''));
  if (account === undefined) return 401;
  return account.permissions.includes(wanted) ? undefined : 403;
}

function permissionOf(method: string, { pathname }: URL): Permission {
  if (method === 'POST') return 'objects.create';
  if (method === 'DELETE') return 'objects.delete';
  if (pathname.endsWith('/iam')) return 'buckets.getIamPolicy';
  if (pathname.endsWith('/o')) return 'objects.list';
  return pathname.includes('/o/') ? 'objects.get' : 'buckets.get';
}

function errorOf(code: number): object {
  const reason = code === 401 ? 'required' : 'forbidden';
  return { error: { code, message: 'refused', errors: [{ reason, domain: 'global', message: 'refused' }] } };
}
