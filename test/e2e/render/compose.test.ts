import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../../src/deployment/secrets.ts';
import {
  COMPOSE_SAMPLES,
  composeDeployment,
  composeFile,
  effectiveEnvironment,
  rendered,
} from '../../render/compose/rendering.ts';
import { OBJECT_STORES } from '../../render/dify-env/object-storage-facts.ts';
import { fakeSecret } from '../../render/dify-env/resolved.ts';
import { VECTOR_STORES } from '../../render/dify-env/vector-store-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { writeRendered } from '../../support/rendered-directory.ts';
import { fakeSecrets } from '../../support/secrets.ts';
import { useTestbed } from '../../testbed/fixtures.ts';
import { ensure } from '../../testbed/provision/ensure.ts';

/** What real docker compose makes of the rendered directory. */
const programs = useTestbed(
  () => ensure(['compose']),
  async () => undefined,
);

interface Config {
  readonly services: Readonly<Record<string, { readonly environment?: Readonly<Record<string, string>> }>>;
}

/** `docker compose config` of a deployment, with variables of the caller's shell beside it. */
async function configOf(
  deployment: Deployment,
  secrets: SecretValues,
  shell: Record<string, string> = {},
): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'difyctl-compose-'));
  try {
    await writeRendered(folder, rendered(deployment, secrets).files);
    const { stdout } = await execa(programs.get().compose, ['config', '--format', 'json'], { cwd: folder, env: shell });
    return JSON.parse(stdout) as Config;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function expectSameEnvironment(deployment: Deployment, secrets: SecretValues): Promise<void> {
  const set = rendered(deployment, secrets);
  const config = await configOf(deployment, secrets);
  const services = Object.keys(composeFile(set).services);
  expect(Object.keys(config.services).toSorted()).toEqual(services.toSorted());
  for (const service of services) {
    // Compose prints what it was given in a form that can be read again: with every dollar doubled.
    const seen = Object.entries(config.services[service]?.environment ?? {});
    const undoubled = Object.fromEntries(seen.map(([name, value]) => [name, value.replaceAll('$$', '$')]));
    expect(undoubled, service).toEqual(effectiveEnvironment(set, service));
  }
}

test.each(COMPOSE_SAMPLES)('%s', async (name) => {
  const deployment = sampleDeployment(name);
  await expectSameEnvironment(deployment, fakeSecrets(deployment));
});

describe('secrets that would break a file without quotes', () => {
  const secrets: SecretValues = { get: fakeSecret, has: () => true, unresolved: [] };
  const ref = { env: 'X' };
  const redis = { mode: 'external', host: 'r', password: ref };
  test.each(OBJECT_STORES)('%s', async (provider, block) => {
    await expectSameEnvironment(composeDeployment({ redis, objectStorage: { provider, ...block } }), secrets);
  });
  test.each(VECTOR_STORES)('%s', async (provider, block) => {
    const vectorStore = { mode: 'external', provider, [provider]: block };
    await expectSameEnvironment(composeDeployment({ redis, vectorStore }), secrets);
  });
});

test("the shell's own variables change nothing", async () => {
  const deployment = composeDeployment();
  const secrets = fakeSecrets(deployment);
  const shell = {
    SECRET_KEY: 'x',
    DB_PASSWORD: 'x',
    REDIS_PASSWORD: 'x',
    DIFY_SECRET_KEY: 'x',
    CELERY_BROKER_URL: 'x',
  };
  expect(await configOf(deployment, secrets, shell)).toMatchObject({
    services: { api: { environment: { SECRET_KEY: secrets.get('secrets.secretKey') } } },
  });
});
