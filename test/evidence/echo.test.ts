import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { redactor } from '../../src/base/redact.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { requiredSecrets } from '../../src/deployment/required-secrets.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../src/deployment/secrets.ts';
import { endpointsCollector } from '../../src/evidence/endpoints.ts';
import { mailCollector } from '../../src/evidence/mail/collector.ts';
import { createObjectStorageCollector } from '../../src/evidence/object-storage/collector.ts';
import { postgresCollector } from '../../src/evidence/postgres/collector.ts';
import { redisCollectorWithin } from '../../src/evidence/redis/collector.ts';
import { saveEvidence } from '../../src/evidence/saved.ts';
import { vectorStoreCollector } from '../../src/evidence/vector-store/collector.ts';
import { reportAnnotations } from '../../src/report/annotations.ts';
import { reportAs } from '../../src/report/formats.ts';
import { redactedReport } from '../../src/report/redacted.ts';
import { collectContext } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { type EchoServer, startEcho } from '../support/echo-server.ts';

let echo: EchoServer;
beforeAll(async () => {
  echo = await startEcho();
});
afterAll(() => echo.close());

const BASE = { ...SAMPLE_FILES['prod-compose-s3-qdrant'] } as JsonObject;
const NO_TLS = { mode: 'disable' };
const secret = (name: string) => ({ env: name });
const http = (host: string, port: number) => `http://${host}.example.internal:${port}`;
const store = (provider: string, block: JsonObject): JsonObject => ({
  vectorStore: { mode: 'external', provider, [provider]: block },
});

/** A deployment whose services are all the echo, without TLS, and the secrets that it must be sent. */
const CASES: readonly (readonly [what: string, subject: string, over: JsonObject, sent: readonly string[]])[] = [
  [
    'PostgreSQL',
    'postgres',
    { postgres: { mode: 'external', host: 'pg.example.internal', password: secret('P'), tls: NO_TLS } },
    ['postgres.password'],
  ],
  [
    'Redis',
    'redis',
    { redis: { mode: 'external', host: 'redis.example.internal', password: secret('R'), tls: NO_TLS } },
    ['redis.password'],
  ],
  [
    'mail',
    'mail',
    {
      mail: {
        provider: 'smtp',
        smtp: {
          host: 'smtp.example.internal',
          port: 587,
          username: 'dify',
          password: secret('M'),
          from: 'd@example.com',
          tls: 'none',
        },
      },
    },
    ['mail.smtp.password'],
  ],
  [
    'Qdrant',
    'vector-store',
    store('qdrant', { url: http('q', 6333), apiKey: secret('Q') }),
    ['vectorStore.qdrant.apiKey'],
  ],
  [
    'Weaviate',
    'vector-store',
    store('weaviate', { url: http('w', 8080), apiKey: secret('W') }),
    ['vectorStore.weaviate.apiKey'],
  ],
  [
    'Elasticsearch',
    'vector-store',
    store('elasticsearch', { url: http('e', 9200), password: secret('E') }),
    ['vectorStore.elasticsearch.password'],
  ],
  [
    'pgvector',
    'vector-store',
    store('pgvector', { host: 'v.example.internal', username: 'u', password: secret('V'), database: 'd' }),
    ['vectorStore.pgvector.password'],
  ],
  [
    'S3',
    'object-storage',
    {
      objectStorage: {
        provider: 's3',
        s3: {
          endpoint: http('s3', 9000),
          bucket: 'dify',
          region: 'us-east-1',
          accessKey: secret('A'),
          secretKey: secret('S'),
        },
      },
    },
    ['objectStorage.s3.accessKey'],
  ],
  [
    'Milvus',
    'vector-store',
    store('milvus', { url: http('m', 19530), token: secret('T') }),
    ['vectorStore.milvus.token'],
  ],
  [
    'MyScale',
    'vector-store',
    store('myscale', { host: 'my.example.internal', port: 8123, username: 'u', password: secret('Y'), database: 'd' }),
    ['vectorStore.myscale.password'],
  ],
  [
    'Tencent',
    'vector-store',
    store('tencent', { url: http('t', 8080), apiKey: secret('K'), username: 'root', database: 'd' }),
    ['vectorStore.tencent.apiKey'],
  ],
];

/** Values that stand in headers, and still are written otherwise in every encoding. */
function valuesFor(deployment: Deployment): SecretValues & { readonly all: readonly string[] } {
  const value = (path: string): string => `pw@:/?#%&=+"$'<${path.replace(/\W/g, '')}>!`;
  const paths = requiredSecrets(deployment).map(({ path }) => path);
  return { get: value, has: (path) => paths.includes(path), unresolved: [], all: paths.map(value) };
}

/** Forms that tell the value; each is looked for in everything that was written. */
function tellingForms(value: string): readonly string[] {
  const middle = Buffer.from(value).toString('base64').slice(0, -4);
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    middle,
    Buffer.from(`a:${value}`).toString('base64url').slice(4, -4),
    Buffer.from(value).toString('hex'),
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
    value.slice(0, 24),
  ];
}

describe.each(CASES)('a server that repeats every request, in place of %s', (_, subject, over, sent) => {
  it('brings no secret into a report, an annotation or saved evidence', async () => {
    const deployment = parsedDeployment({ ...BASE, ...over });
    const secrets = valuesFor(deployment);
    const context = collectContext({ tier: deployment.tier, deployment, secrets, dial: echo.dial });
    const collectors = [
      endpointsCollector,
      postgresCollector,
      redisCollectorWithin(2_000),
      mailCollector,
      vectorStoreCollector,
      createObjectStorageCollector(),
    ];
    const checks = CHECKS.filter(({ id }) => id.startsWith(`${subject}.`));
    const { report, evidence } = await runChecks({ phase: 'preflight', checks, collectors, context, timeoutMs: 8_000 });

    const heard = echo.heard.join('\n');
    for (const path of sent) {
      const value = secrets.get(path);
      const forms = [value, Buffer.from(value).toString('base64').slice(0, -4)];
      const isInLogin = [...heard.matchAll(/basic ([A-Za-z0-9+/=]+)/gi)].some(([, login = '']) =>
        Buffer.from(login, 'base64').toString().includes(value),
      );
      expect(isInLogin || forms.some((form) => heard.includes(form)), `${path} was sent`).toBe(true);
    }

    const redact = redactor(secrets.all);
    const safe = redactedReport(report, redact);
    const folder = await mkdtemp(join(tmpdir(), 'difyctl-echo-'));
    try {
      await saveEvidence(folder, evidence, deployment, redact);
      const saved = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
      const forms = await Promise.all(
        (['lines', 'json', 'junit', 'html'] as const).map((form) => reportAs(form, safe)),
      );
      const written = [...saved, ...forms, reportAnnotations(safe, 'difyctl.yaml')];
      for (const value of secrets.all) {
        for (const form of tellingForms(value)) {
          for (const text of written) expect(text).not.toContain(form);
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
