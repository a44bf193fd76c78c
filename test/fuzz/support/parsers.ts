import { gunzipSync, gzipSync } from 'node:zlib';
import { boundedJson } from '../../../src/base/bounded-json.ts';
import { UserError } from '../../../src/base/errors.ts';
import { gunzipBounded, UnpacksTooLarge } from '../../../src/base/gunzip.ts';
import { readTarGz } from '../../../src/base/tar.ts';
import { readPair } from '../../../src/evidence/names/certificate-pair.ts';
import { PostgresFrames } from '../../../src/evidence/postgres/frames.ts';
import { RedisFrames } from '../../../src/evidence/redis/frames.ts';
import { parseInfo } from '../../../src/evidence/redis/info.ts';
import { readRecord } from '../../../src/evidence/release/record.ts';
import { parseEvidence } from '../../../src/evidence/saved-file.ts';
import {
  changedMessage,
  decodeIntegers,
  decodeMessage,
  encodeField,
} from '../../../src/evidence/vector-store/protobuf.ts';
import { ListStream } from '../../../src/exec/list-stream.ts';
import { ProbeError } from '../../../src/net/probe-error.ts';
import { readRevision } from '../../../src/state/revisions/revision.ts';
import { gcsDriver } from '../../../src/storage/gcs/driver.ts';
import { openedByAcl, openedByPolicy } from '../../../src/storage/s3/opened.ts';
import { type SignedClient, StorageError } from '../../../src/storage/signed-client.ts';
import { elements, rootOf, textOf } from '../../../src/storage/xml.ts';
import { oddCertificate } from '../../support/odd-certificate.ts';

/** A parser of text from a server, a cluster, an archive or a file, with samples that it reads. */
export interface ParserTarget {
  readonly name: string;
  readonly samples: readonly Buffer[];
  /** Parses; an error that it throws must be `foreseen`. */
  read(bytes: Buffer): void | Promise<void>;
  foreseen(error: unknown): boolean;
}

const nothing = () => false;
const isPlainError = (error: unknown) => error instanceof Error && error.constructor === Error;
const isGunzip = (error: unknown) => isPlainError(error) || error instanceof UnpacksTooLarge;
const isSyntax = (error: unknown) => error instanceof SyntaxError;
const texts = (...list: readonly string[]) => list.map((text) => Buffer.from(text));

const LIST = JSON.stringify({
  kind: 'NodeList',
  metadata: { resourceVersion: '7', continue: '' },
  items: [{ metadata: { name: 'a"\\{}[]' } }, { metadata: { labels: { b: '[' } } }],
});
const EVIDENCE = JSON.stringify({
  ...{ apiVersion: 'difyctl/v1', kind: 'Evidence', key: 'redis', version: 1, collectedAt: '2026-11-22T12:00:00Z' },
  ...{ from: 'local', outcome: 'ok', durationMs: 7, data: { a: [1, 2.5e3, null, true], b: '12345678901234567890' } },
});
const INFO =
  '# Server\r\nredis_version:7.2.4\r\nrole:master\r\nmaster_repl_offset:42\r\nslave0:ip=10.0.0.2,port=6379,state=online,offset=42,lag=0\r\n';
const XML =
  '<?xml version="1.0"?><s3:ListBucketResult><Contents><Key>a&amp;b</Key></Contents><Grant><URI>global/AllUsers</URI></Grant></s3:ListBucketResult>';

/** A tar of one file, as in a chart. */
function tar(): Buffer {
  const content = 'name: dify\nversion: 1.0.0\n';
  const header = Buffer.alloc(512);
  header.write('dify/Chart.yaml', 0);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0        0ustar`, 124);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc(512 - content.length + 1024)]);
}

function postgresMessage(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** A login, and the answer to a query of one row. */
export const POSTGRES = [
  Buffer.concat([
    postgresMessage('R', Buffer.alloc(4)),
    postgresMessage('S', Buffer.from('server_version\0 16.1\0')),
    postgresMessage('K', Buffer.alloc(8)),
    postgresMessage('Z', Buffer.from('I')),
  ]),
  Buffer.concat([
    postgresMessage('T', Buffer.concat([Buffer.from([0, 1]), Buffer.from('pid\0'), Buffer.alloc(18)])),
    postgresMessage('D', Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 2]), Buffer.from('42')])),
    postgresMessage('C', Buffer.from('SELECT 1\0')),
    postgresMessage('Z', Buffer.from('I')),
  ]),
  postgresMessage('E', Buffer.from('SFATAL\0C28P01\0Mpassword authentication failed\0\0')),
];
export const REDIS = [
  ...texts('+OK\r\n', '+PONG\r\n', ':7\r\n', '-NOPERM no rights\r\n', '$-1\r\n', `$${INFO.length}\r\n${INFO}\r\n`),
  ...texts(
    '*2\r\n$4\r\nsave\r\n$6\r\n3600 1\r\n',
    '*1\r\n*4\r\n$4\r\nname\r\n$8\r\nmymaster\r\n$2\r\nip\r\n$7\r\n1.2.3.4\r\n',
  ),
];

const NO_WIRE: SignedClient = {
  send: () => Promise.reject(new Error('nothing is sent')),
  time: () => new Date(0),
  followClock: () => false,
  within: () => NO_WIRE,
  seen: {},
};

/** Gives the bytes in pieces, as a socket does. */
function pieces(bytes: Buffer, take: (piece: Buffer) => void): void {
  const size = 1 + (bytes.length % 4_096);
  for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
}

export function parserTargets(): readonly ParserTarget[] {
  const pair = oddCertificate({ alternatives: ['a.example.com'] });
  const archive = gzipSync(tar());
  return [
    { name: 'gunzip', samples: [archive], read: (bytes) => void gunzipBounded(bytes, 2 ** 20), foreseen: isGunzip },
    { name: 'packed chart', samples: [archive], read: (bytes) => void readTarGz(bytes), foreseen: isPlainError },
    {
      name: 'tar',
      samples: [gunzipSync(archive)],
      read: (bytes) => void readTarGz(gzipSync(bytes, { level: 1 })),
      foreseen: isPlainError,
    },
    {
      name: 'JSON',
      samples: texts(LIST, EVIDENCE),
      read: (bytes) => void boundedJson(bytes.toString()),
      foreseen: isSyntax,
    },
    {
      name: 'Kubernetes list',
      samples: texts(LIST),
      read: (bytes) => {
        const stream = new ListStream(() => undefined);
        pieces(bytes, (piece) => stream.push(piece));
        stream.end();
      },
      foreseen: isSyntax,
    },
    {
      name: 'XML of S3',
      samples: texts(XML),
      read: (bytes) => {
        const xml = bytes.toString();
        for (const name of ['Contents', 'Key', 'Grant', 'Error'])
          elements(xml, name).map((inside) => textOf(inside, 'Key'));
        rootOf(xml);
        openedByAcl(xml);
      },
      foreseen: nothing,
    },
    {
      name: 'bucket policy',
      samples: texts(
        '{"Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::dify/*"}]}',
      ),
      read: (bytes) => void openedByPolicy(bytes.toString()),
      foreseen: nothing,
    },
    {
      name: 'answers of Google',
      samples: texts(
        '{"versioning":{"enabled":true},"locationType":"region","lifecycle":{"rule":[{"action":{"type":"Delete"},"condition":{"age":7,"matchesPrefix":["a"]}}]}}',
        '{"bindings":[{"role":"roles/storage.objectViewer","members":["allUsers"]}],"items":[{"name":"a","generation":"7"}]}',
        '{"error":{"code":403,"errors":[{"reason":"quotaExceeded"}]}}',
      ),
      read: async (body) => {
        const answer = { status: body.length % 2 === 0 ? 200 : 403, headers: {}, body };
        const driver = gcsDriver({ ...NO_WIRE, send: async () => answer }, 'dify', async () => 'a-token');
        await driver.settings();
        await driver.list('a');
        await driver.oldVersions?.('a');
      },
      foreseen: (error) => error instanceof StorageError,
    },
    {
      name: 'protobuf',
      samples: [
        Buffer.concat([
          encodeField(1, 300),
          encodeField(2, 'text'),
          encodeField(3, encodeField(1, encodeField(2, 'x'))),
        ]),
      ],
      read: (bytes) => {
        const message = decodeMessage(bytes);
        message.texts(2);
        message.message(3).message(1).text(2);
        changedMessage(bytes, [1], (_, value) => changedMessage(value, [2]));
        decodeIntegers(bytes);
      },
      foreseen: nothing,
    },
    {
      name: 'INFO of Redis',
      samples: texts(INFO),
      read: (bytes) => void parseInfo(bytes.toString()),
      foreseen: nothing,
    },
    {
      name: 'messages of PostgreSQL',
      samples: POSTGRES,
      read: (bytes) => {
        const frames = new PostgresFrames();
        pieces(bytes, (piece) => void frames.push(piece));
      },
      foreseen: (error) => error instanceof ProbeError,
    },
    {
      name: 'answers of Redis',
      samples: REDIS,
      read: (bytes) => {
        const frames = new RedisFrames();
        pieces(bytes, (piece) => void frames.push(piece));
      },
      foreseen: (error) => error instanceof ProbeError,
    },
    {
      name: 'certificate and key',
      samples: texts(pair.cert + pair.key),
      read: (bytes) => {
        const text = bytes.toString();
        readPair({ certificate: text, key: text, hosts: ['a.example.com', '127.0.0.1'], authorities: undefined });
      },
      foreseen: isPlainError,
    },
    {
      name: 'saved evidence',
      samples: texts(EVIDENCE),
      read: (bytes) => void parseEvidence(bytes.toString(), 'redis.local.json'),
      foreseen: (error) => error instanceof UserError,
    },
    {
      name: 'recorded revision',
      samples: texts('{"number":3,"outcome":"applied","file":{"version":"1.16.1"}}'),
      read: (bytes) => {
        readRecord(bytes.toString());
        readRevision(bytes.toString(), 3);
      },
      foreseen: nothing,
    },
  ];
}
