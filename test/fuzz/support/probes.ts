import { generateKeyPairSync } from 'node:crypto';
import { ExternalError } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { CollectContext, Collector } from '../../../src/evidence/evidence.ts';
import { askManifest } from '../../../src/evidence/images/manifest.ts';
import { openRegistry } from '../../../src/evidence/images/registry-client.ts';
import { mailCollectorWithin } from '../../../src/evidence/mail/collector.ts';
import { publicTlsCollector } from '../../../src/evidence/names/public-tls.ts';
import { dialThrough } from '../../../src/evidence/names/tunnel.ts';
import { createObjectStorageCollector } from '../../../src/evidence/object-storage/collector.ts';
import { postgresCollector } from '../../../src/evidence/postgres/collector.ts';
import { redisCollectorWithin } from '../../../src/evidence/redis/collector.ts';
import { relayDial } from '../../../src/evidence/relay/dial.ts';
import { probeVectorStore } from '../../../src/evidence/vector-store/collector.ts';
import { VECTOR_STORE } from '../../../src/evidence/vector-store/facts.ts';
import { encodeField } from '../../../src/evidence/vector-store/protobuf.ts';
import { dialHere } from '../../../src/net/dial.ts';
import { ProbeError } from '../../../src/net/probe-error.ts';
import {
  VECTOR_STORES as VECTOR_STORE_PROVIDERS,
  type VectorStoreId,
} from '../../../src/providers/vector-store/registry.ts';
import { VECTOR_STORES } from '../../render/dify-env/vector-store-facts.ts';
import { collectContext } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { fakeSecrets } from '../../support/secrets.ts';
import type { Script } from './hostile-modes.ts';
import { POSTGRES, REDIS } from './parsers.ts';

/** A probe, and the answers of a valid server. */
export interface ProbeTarget {
  readonly name: string;
  readonly script: Script;
  /** Probes the server at this port, under any name. An error is a result; it does not throw. */
  look(port: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds beyond its limit in which it removes the objects that it created. */
  readonly cleanMs?: number;
}

/** Milliseconds for each answer, where a probe lets them be chosen. */
const ANSWER_MS = 300;
/** What object storage takes for its clean-up at most, as in its collector. */
const CLEAN_MS = 8_000;

const lines = (...list: readonly string[]) => list.map((text) => Buffer.from(text));

function http(body: string, headers = '', status = '200 OK'): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const JSON_ANSWERS: Script = [
  Buffer.alloc(0),
  http(
    '{"version":"1.24.0","title":"qdrant - vector search engine","collections":[],"classes":[],"nodes":[{"name":"a"}]}',
  ),
  http('{"result":{"collections":[{"name":"Vector_index_x"}]},"status":"ok","time":0.1}'),
  Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n'),
];
const XML_ANSWERS: Script = [
  Buffer.alloc(0),
  http(
    '<ListBucketResult><Contents><Key>difyctl-probe-x</Key></Contents></ListBucketResult>',
    'x-amz-version-id: 7\r\n',
  ),
  http('<Error><Code>AccessDenied</Code><Region>eu</Region></Error>'),
];

const TENCENT_ANSWERS: Script = [
  Buffer.alloc(0),
  http('{"code":0,"msg":"","databases":["dify"]}'),
  http('{"code":0}'),
  http('{"code":15302,"msg":"no permission"}', '', '403 Forbidden'),
];
const CLICKHOUSE_ANSWERS: Script = [
  Buffer.alloc(0),
  http('{"meta":[{"name":"version()","type":"String"}],"data":[["24.8.1"]],"rows":1}'),
  http('Code: 516. DB::Exception: default: Authentication failed', 'X-ClickHouse-Exception-Code: 516\r\n', '403 no'),
  http('{"data":[["1"]]}'),
];
const TABLESTORE_ANSWERS: Script = [
  Buffer.alloc(0),
  http(Buffer.from(encodeField(1, 'dify')).toString()),
  http(
    Buffer.concat([encodeField(1, 'OTSObjectNotExist'), encodeField(2, 'Requested table does not exist.')]).toString(),
    '',
    '404 Not Found',
  ),
];
const GOOGLE_ANSWERS: Script = [
  Buffer.alloc(0),
  http('{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}'),
  http('{"error":"invalid_grant","error_description":"Invalid JWT: reasonable timeframe"}', '', '400 Bad Request'),
];

/** HTTP/2 frames (RFC 9113, 4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const literal = (name: string, value: string) =>
  Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);

function grpcAnswer(stream: number): Buffer {
  const message = Buffer.from([0x0a, 2, 8, 0, 0x12, 3, 0x76, 0x32, 0x2e]);
  return Buffer.concat([
    frame(1, 4, stream, Buffer.concat([Buffer.from([0x88]), literal('content-type', 'application/grpc')])),
    frame(0, 0, stream, Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message])),
    frame(1, 5, stream, literal('grpc-status', '0')),
  ]);
}

const GRPC_ANSWERS: Script = [
  frame(4, 0, 0, Buffer.alloc(0)),
  Buffer.concat([frame(4, 1, 0, Buffer.alloc(0)), grpcAnswer(1)]),
  grpcAnswer(3),
  grpcAnswer(5),
];
/** A handshake record that holds the beginning of a ServerHello. */
const TLS_ANSWERS: Script = [
  Buffer.alloc(0),
  Buffer.concat([Buffer.from('160303007a02000076030300', 'hex'), Buffer.alloc(115, 7)]),
];
const SMTP_ANSWERS = lines(
  '220 mail.example.com ESMTP\r\n',
  '250-mail.example.com\r\n250 AUTH PLAIN LOGIN CRAM-MD5\r\n',
  '334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+\r\n',
  '235 2.7.0 in\r\n',
  '250 ok\r\n',
  '554 no relaying\r\n',
);

/** A key whose token server has no TLS, so that the test can answer there. */
const googleAccount = JSON.stringify({
  client_email: 'dify@example.iam.gserviceaccount.com',
  private_key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'http://oauth2.example.test/token',
});

/** A production on Compose with other sections; every name in it resolves to the server of the test. */
function contextOf(file: JsonObject): CollectContext {
  const deployment = parsedDeployment({ ...SAMPLE_FILES['prod-compose-s3-qdrant'], ...file });
  // No vendor program runs, because its output is not an answer of the server.
  const runner = { run: () => Promise.reject(new ExternalError('there is no such program')) };
  const fake = fakeSecrets(deployment);
  const get: typeof fake.get = (path) =>
    path === 'objectStorage.gcs.serviceAccountJson' ? googleAccount : fake.get(path);
  return collectContext({ deployment, secrets: { ...fake, get }, runner });
}

function collecting(name: string, script: Script, collector: Collector<unknown>, file: JsonObject): ProbeTarget {
  const context = contextOf(file);
  return {
    name,
    script,
    look: async (port, signal) => {
      const dial: CollectContext['dial'] = (_, __, options) => dialHere('127.0.0.1', port, options);
      const need = () => Promise.reject(new Error('a probe that is tried alone needs nothing'));
      await collector.collect({ ...context, dial, signal }, need);
    },
  };
}

const vectorCollector: Collector<unknown> = {
  key: VECTOR_STORE,
  timeoutMs: 30_000,
  collect: (context) => probeVectorStore(context, { limitMs: ANSWER_MS, totalMs: 4 * ANSWER_MS }),
};

/** The answers of a valid vector store. A provider that is not listed speaks JSON over HTTP. */
const STORE_ANSWERS: Readonly<Record<string, Script>> = {
  tencent: TENCENT_ANSWERS,
  myscale: CLICKHOUSE_ANSWERS,
  tablestore: TABLESTORE_ANSWERS,
  milvus: GRPC_ANSWERS,
  pgvector: [Buffer.from('N'), ...POSTGRES.slice(0, 2)],
};

/** The first block of the provider in the table of facts, without TLS, so that the probe reads the answers. */
function store(provider: VectorStoreId): ProbeTarget {
  const row = VECTOR_STORES.find(([id]) => id === provider);
  if (row === undefined) throw new Error(`vector-store-facts.ts has no row of ${provider}`);
  const block: JsonObject = JSON.parse(JSON.stringify(row[1]).replaceAll('https://', 'http://'));
  const vectorStore = { mode: 'external', provider, [provider]: block };
  const script = STORE_ANSWERS[provider] ?? JSON_ANSWERS;
  return collecting(`vector store ${provider}`, script, vectorCollector, { vectorStore });
}

function storage(provider: string, block: JsonObject, script = XML_ANSWERS): ProbeTarget {
  const collector = createObjectStorageCollector({ limitMs: ANSWER_MS });
  const objectStorage = { provider, ...block };
  return { ...collecting(`object storage ${provider}`, script, collector, { objectStorage }), cleanMs: CLEAN_MS };
}

const KEY = { env: 'A_KEY' };
const url = 'http://store.example.test:8080';

export function probeTargets(): readonly ProbeTarget[] {
  const [redis, mail] = [redisCollectorWithin(ANSWER_MS), mailCollectorWithin(ANSWER_MS)];
  const external = { mode: 'external', password: KEY };
  const smtp = {
    host: 'mail.example.test',
    port: 25,
    tls: 'none',
    username: 'dify',
    password: KEY,
    from: 'a@example.test',
  };
  return [
    collecting('PostgreSQL', [Buffer.alloc(0), ...POSTGRES.slice(0, 2)], postgresCollector, {
      postgres: { ...external, host: 'pg.example.test' },
    }),
    collecting('Redis', [Buffer.alloc(0), ...REDIS], redis, { redis: { ...external, host: 'redis.example.test' } }),
    collecting('Sentinel', [Buffer.alloc(0), ...REDIS.slice(0, 2), ...REDIS.slice(-1)], redis, {
      redis: {
        ...external,
        topology: 'sentinel',
        sentinel: { master: 'mymaster', nodes: ['s1.example.test:26379'], password: KEY },
      },
    }),
    collecting('SMTP', SMTP_ANSWERS, mail, { mail: { provider: 'smtp', smtp } }),
    collecting('Resend', JSON_ANSWERS, mail, {
      mail: { provider: 'resend', resend: { apiKey: KEY, from: 'a@example.test', apiUrl: url } },
    }),
    storage('s3', { s3: { endpoint: url, bucket: 'dify', region: 'eu', accessKey: KEY, secretKey: KEY } }),
    storage('azure-blob', {
      azureBlob: { accountName: 'dify', accountKey: KEY, accountUrl: url, container: 'dify' },
    }),
    storage('gcs', { gcs: { bucket: 'dify', serviceAccountJson: KEY } }, GOOGLE_ANSWERS),
    ...VECTOR_STORE_PROVIDERS.map(({ id }) => store(id)),
    collecting('TLS', TLS_ANSWERS, publicTlsCollector, {}),
    {
      name: 'registry',
      script: JSON_ANSWERS,
      look: async (port, signal) => {
        const options = { dial: dialHere, signal, limitMs: ANSWER_MS, login: undefined, insecure: true, ca: undefined };
        await faulty(async () => {
          const registry = await openRegistry(`127.0.0.1:${port}`, options);
          const image = { registry: '', server: '', repository: 'langgenius/dify-api', reference: '1.16.1' };
          await askManifest(registry, image, true);
        });
      },
    },
    {
      name: 'proxy',
      script: lines('', 'HTTP/1.1 200 OK\r\n\r\n'),
      look: (port, signal) => {
        const dial = dialThrough(dialHere, new URL(`http://127.0.0.1:${port}`));
        return faulty(async () => void (await dial('example.test', 443, { signal, limitMs: ANSWER_MS })).destroy());
      },
    },
    {
      name: 'relay',
      script: lines('', 'HTTP/1.1 200 OK\r\n\r\n'),
      look: (port, signal) => {
        const dial = relayDial(async () => port, 'a-token-of-the-test');
        return faulty(async () => void (await dial('example.test', 443, { signal, limitMs: ANSWER_MS })).destroy());
      },
    },
  ];
}

async function faulty(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
  }
}
