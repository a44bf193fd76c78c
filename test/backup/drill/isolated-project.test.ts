import { describe, expect, test } from 'vitest';
import { drilledDeployment, drilledSecrets } from '../../../src/backup/drill/dify-deployment.ts';
import { isolatedProject } from '../../../src/backup/drill/isolated-project.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { requiredSecrets } from '../../../src/deployment/required-secrets.ts';
import { renderCompose } from '../../../src/render/compose/render.ts';
import { draftDocument } from '../../../src/targets/compose/draft-document.ts';
import { SAMPLE_FILES, SAMPLE_NAMES, type SampleName, sampleDeployment } from '../../support/deployments.ts';
import { fakeSecrets } from '../../support/secrets.ts';

const NAME = 'difyctl-drill-0a1b2c3d';
const labels = { 'difyctl.drill': 'dify' };

interface Document {
  readonly services: Readonly<Record<string, JsonObject>>;
  readonly networks: Readonly<Record<string, JsonObject>>;
  readonly volumes: Readonly<Record<string, JsonObject>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

/** The document that a full drill of a sample gives to Compose. */
function documentOf(sample: SampleName): Document {
  const live = sampleDeployment(sample);
  const deployment = drilledDeployment(live, NAME);
  const secrets = drilledSecrets(deployment, fakeSecrets(live), 'the-secret-key-of-the-set');
  const rendered = renderCompose(deployment, secrets, { baseDirectory: '/srv' });
  const project = isolatedProject(rendered, { labels, startSeconds: 60 });
  return JSON.parse(draftDocument({ ...rendered, project }));
}

describe.each(SAMPLE_NAMES)('the project of a full drill of %s', (sample) => {
  const document = documentOf(sample);
  const services = Object.entries(document.services);

  test('has the processes that read the data, and stores of its own', () => {
    expect(Object.keys(document.services).toSorted()).toEqual([
      ...['api', 'db_postgres', 'init_permissions', 'migration', 'plugin_daemon', 'redis', 'sandbox', 'ssrf_proxy'],
      ...['weaviate', 'worker'],
    ]);
  });

  test('publishes no port, has no way out, and mounts no folder of the machine', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined)).toEqual([]);
    expect(Object.values(document.networks)).toEqual(
      Object.keys(document.networks).map(() => ({ internal: true, labels })),
    );
    const mounts = services.flatMap(([, { volumes }]) => (volumes ?? []) as readonly string[]);
    expect(mounts.map((mount) => mount.split(':')[0] ?? '').filter((name) => !(name in document.volumes))).toEqual([]);
  });

  test('has the labels by which a later drill removes it', () => {
    expect(services.filter(([, one]) => (one.labels as JsonObject)['difyctl.drill'] !== 'dify')).toEqual([]);
    expect(Object.values(document.volumes).filter((one) => one.labels === undefined)).toEqual([]);
  });

  test('names no service outside, and sends no mail', () => {
    const { urls: _urls, ...file } = SAMPLE_FILES[sample] as JsonObject;
    const hosts = JSON.stringify(file).match(/[a-z0-9.-]+\.(?:example\.(?:test|internal|com)|internal)\b/g) ?? [];
    const stores = hosts.filter((host) => !/^(?:dify|registry)\./.test(host));
    expect(stores.filter((host) => JSON.stringify(document).includes(host))).toEqual([]);
    expect(
      Object.keys(environmentOf(document, 'worker')).filter((name) => /^(?:MAIL_|SMTP_|RESEND_)/.test(name)),
    ).toEqual([]);
  });
});

function environmentOf(document: Document, service: string): JsonObject {
  return document.services[service]?.environment as JsonObject;
}

test('has the SECRET_KEY of the set, and new passwords for its stores', () => {
  const live = sampleDeployment('test-compose-bundled');
  const secrets = fakeSecrets(live);
  const drilled = drilledSecrets(drilledDeployment(live, NAME), secrets, 'the-secret-key-of-the-set');
  const changed = requiredSecrets(live).flatMap(({ path }) => (drilled.get(path) === secrets.get(path) ? [] : [path]));
  expect(changed).toEqual(['secrets.secretKey', 'postgres.password', 'redis.password', 'vectorStore.apiKey']);
  expect(drilled.get('secrets.secretKey')).toBe('the-secret-key-of-the-set');
});

test('gets rendered files as texts, in which Compose reads no variable', () => {
  const document = documentOf('test-compose-bundled');
  expect(document.services.sandbox?.configs).toEqual([
    { source: 'volumes-sandbox-conf-config-yaml', target: '/conf/config.yaml' },
  ]);
  expect(document.services.ssrf_proxy?.configs).toEqual([
    { source: 'ssrf_proxy-squid-conf', target: '/etc/squid/squid.conf' },
  ]);
  const texts = Object.values(document.configs).map(({ content }) => content.replaceAll('$$', ''));
  expect(texts.filter((text) => text.includes('$'))).toEqual([]);
});
