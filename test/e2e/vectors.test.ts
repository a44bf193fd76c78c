import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { vectorScratch } from '../../src/backup/drill/vector-scratch.ts';
import { documentText } from '../../src/base/document.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { imageName, SERVICE_IMAGES } from '../../src/render/images.ts';
import { runCli } from '../support/cli.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import {
  generatedSecret,
  MAIN_SQL,
  PLUGIN_SQL,
  SECRET_KEY,
  writeObjects,
  writePackages,
} from '../support/dify-data.ts';
import {
  askWeaviate,
  BASE,
  CLASS,
  createClass,
  fillKnowledgeBase,
  KNOWLEDGE_SQL,
  SEGMENTS,
} from '../support/knowledge-base.ts';
import { quickenKey } from '../support/quick-key.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { debianPostgres } from '../testbed/services/postgres-installation.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { startWeaviate } from '../testbed/services/weaviate.ts';

const PASSWORD = 'only-for-this-test';
const REPOSITORY_PASSWORD = 'only-for-the-repository';
/** Another knowledge base, which is not in the set. */
const OTHER = '33333333-3333-4333-8333-333333333333';
const WEAVIATE = imageName(SERVICE_IMAGES.weaviate, undefined);
const engine = useSharedDockerHost([WEAVIATE]);

const testbed = useTestbed(
  async () => {
    const [postgres, weaviate, client, { restic }, folder] = await Promise.all([
      startPostgres(),
      startWeaviate(),
      debianPostgres(),
      ensure(['restic']),
      serviceFolder('vectors'),
    ]);
    await postgres.query(`CREATE ROLE dify LOGIN CREATEDB PASSWORD '${PASSWORD}'`);
    for (const name of ['dify', 'dify_plugin']) await postgres.query(`CREATE DATABASE ${name} OWNER dify`);
    await postgres.query(`SET ROLE dify; ${MAIN_SQL} ${KNOWLEDGE_SQL}`, 'dify');
    await postgres.query(`SET ROLE dify; ${PLUGIN_SQL}`, 'dify_plugin');
    const identity = await generateX25519Identity();
    await writeFile(path.join(folder, 'key.txt'), `${identity}\n`);
    await writeFile(path.join(folder, 'repository-password'), REPOSITORY_PASSWORD);
    await writeObjects(path.join(folder, 'dify/volumes/app/storage'));
    await writePackages(path.join(folder, 'dify/volumes/plugin_daemon'));
    await mkdir(path.join(folder, '.difyctl/dify'), { recursive: true, mode: 0o700 });
    const programs = `${client.programs}:${path.dirname(restic)}`;
    return { postgres, weaviate, folder, client, programs, recipient: await identityToRecipient(identity) };
  },
  async ({ postgres, weaviate, folder }) => {
    await Promise.all([postgres.stop(), weaviate.stop()]);
    await removeFolder(folder);
  },
);

/** Writes difyctl.yaml of a project with this vector store, and returns it. Its sets have a repository of their own. */
async function writeFileWith(vectorStore: JsonObject, repository: string): Promise<Deployment> {
  const { postgres, folder, recipient } = testbed.get();
  const { host, port } = postgres;
  const file = {
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    ...{ name: 'dify', redis: { mode: 'bundled' }, target: { type: 'compose', directory: './dify' }, vectorStore },
    ...{ objectStorage: { provider: 'local' }, secrets: { secretKey: { env: 'DIFY_SECRET_KEY' } } },
    postgres: { mode: 'external', host, port, password: { env: 'DIFY_PG_PASSWORD' } },
    recovery: {
      backup: { repository, password: { file: './repository-password' }, recipients: [recipient] },
      vectorStore: { strategy: 'snapshot', interval: '24h' },
    },
  };
  await writeFile(path.join(folder, 'difyctl.yaml'), documentText(file));
  return parsedDeployment(file);
}

function difyctl(...argv: readonly string[]) {
  const { client, folder, programs, weaviate } = testbed.get();
  const { env, bin } = engine.docker;
  const secrets = { DIFY_PG_PASSWORD: PASSWORD, DIFY_SECRET_KEY: SECRET_KEY, DIFY_WEAVIATE_API_KEY: weaviate.apiKey };
  const own = { PATH: `${bin}:${programs}:/usr/bin:/bin`, HOME: folder, ...secrets };
  return runCli(argv, { cwd: folder, env: { ...client.env, ...env, ...own } });
}

const store = () => testbed.get().weaviate;

async function classes(): Promise<readonly string[]> {
  const { classes: all } = (await askWeaviate(store(), 'GET', '/v1/schema')) as { classes: { class: string }[] };
  return all.map((one) => one.class).toSorted();
}

/** `ID STATUS OBSERVED` of the invariant about vectors. */
function vectorsOf(stdout: string): string {
  const { invariants } = JSON.parse(stdout) as { invariants: { id: string; status: string; observed: string }[] };
  const [found] = invariants.filter(({ id }) => id === 'vectors');
  return `${found?.id} ${found?.status} ${found?.observed}`;
}

const ALL = `vectors pass ${SEGMENTS} vectors of 1 knowledge base`;

describe('the vectors of a Compose project with an external Weaviate', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    const weaviate = { url: store().url, apiKey: { env: 'DIFY_WEAVIATE_API_KEY' } };
    deployment = await writeFileWith({ mode: 'external', provider: 'weaviate', weaviate }, './repository');
    await fillKnowledgeBase(store());
  });

  it('are in a backup set', async () => {
    const { code, stdout, stderr } = await difyctl('backup', '-o', 'json');
    expect(code, stderr).toBe(0);
    await quickenKey(path.join(testbed.get().folder, 'repository'), REPOSITORY_PASSWORD);
    const [part] = JSON.parse(stdout).manifest.parts.filter(({ part: name }: { part: string }) => name === 'vectors');
    expect(part).toMatchObject({
      mechanism: 'copied',
      engine: expect.stringMatching(/^Weaviate 1\./),
      details: { provider: 'weaviate', collections: 1, vectors: SEGMENTS, segments: SEGMENTS, lacking: 0 },
    });
  });

  it('are counted by a drill beside the live class, which removes its own and what a killed drill of this deployment left', async () => {
    const left = vectorScratch(deployment, 'difyctl_drill_deadbeef');
    const another = vectorScratch({ ...deployment, name: 'another' }, 'difyctl_drill_deadbeef');
    for (const name of [left, another]) await createClass(store(), `${CLASS}_${name}`);
    const { code, stdout, stderr } = await difyctl('drill', '--identity', 'key.txt', '-o', 'json');
    expect(code, stderr).toBe(0);
    expect(vectorsOf(stdout)).toBe(ALL);
    const parts = JSON.parse(stdout).durations.map(({ part }: { part: string }) => part);
    expect(parts).toEqual(['postgres-main', 'postgres-plugin', 'objects', 'plugin-storage', 'vectors']);
    expect(stderr.split('\n').map((line) => line.trim())).toContainEqual(
      expect.stringMatching(new RegExp(`removed after a killed drill: vectors ${left}$`)),
    );
    expect(await classes()).toEqual([CLASS, `${CLASS}_${another}`].toSorted());
    await askWeaviate(store(), 'DELETE', `/v1/schema/${CLASS}_${another}`);
  });

  it('that are lost are restored by --part vectors', async () => {
    await askWeaviate(store(), 'DELETE', `/v1/schema/${CLASS}`);
    const { code, stdout, stderr } = await difyctl('restore', 'latest', '--part', 'vectors', '--yes', '-o', 'json');
    expect(code, stderr).toBe(0);
    const { plan, steps } = JSON.parse(stdout);
    expect(plan.map(({ observed }: { observed: string }) => observed)).toEqual([
      'has none of the 1 collection of the set',
    ]);
    expect(steps.map(({ step }: { step: string }) => step)).toEqual(['vectors']);
    expect(vectorsOf(stdout)).toBe(ALL);
  });

  it('of one knowledge base are restored by its id; a set without them is refused', async () => {
    await askWeaviate(store(), 'DELETE', `/v1/schema/${CLASS}`);
    const restore = ['restore', 'latest', '--part', 'vectors', '--yes', '-o', 'json', '--knowledge-base'];
    const refused = await difyctl(...restore, OTHER);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      message: 'the restore cannot begin; nothing was changed',
      problems: [{ path: 'vectors', message: `the set has no collection of the knowledge base ${OTHER}` }],
    });
    expect(await classes()).toEqual([]);
    const { code, stdout, stderr } = await difyctl(...restore, BASE);
    expect(code, stderr).toBe(0);
    expect(vectorsOf(stdout)).toBe(ALL);
  });

  it('are not replaced unless the operator names the deployment', async () => {
    const refused = await difyctl('restore', 'latest', '--part', 'vectors', '--yes');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('has 1 of the 1 collection of the set, which are replaced');
    const replaced = await difyctl('restore', 'latest', '--part', 'vectors', '--yes', '--name', 'dify', '-o', 'json');
    expect(replaced.code, replaced.stderr).toBe(0);
    expect(vectorsOf(replaced.stdout)).toBe(ALL);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['an empty class', () => createClass(store(), CLASS), `${SEGMENTS} segments and 0 vectors`],
    ['no class', async () => undefined, `${SEGMENTS} segments and no collection`],
  ])('turn the invariant red if the store has %s', async (_, prepare, observed) => {
    await askWeaviate(store(), 'DELETE', `/v1/schema/${CLASS}`).catch(() => undefined);
    await prepare();
    const restore = ['restore', 'latest', '--part', 'secrets', '--yes', '--name', 'dify', '--identity', 'key.txt'];
    const { code, stdout, stderr } = await difyctl(...restore, '-o', 'json');
    expect(vectorsOf(stdout), stderr).toBe(`vectors fail knowledge base ${BASE} has ${observed}`);
    expect(code).toBe(5);
  });

  it('are not copied from a store that does not answer, and nothing else is', async () => {
    await testbed.get().weaviate.kill(0);
    const { code, stderr } = await difyctl('backup');
    expect(stderr).toContain('refuses the connection: nothing listens on the port');
    expect(code, stderr).toBe(8);
  });
});

describe('the vectors of a Compose project with the bundled Weaviate', () => {
  const docker = async (...args: readonly string[]): Promise<string> => {
    const { docker: program, env } = engine.docker;
    return (await execa(program, args, { env: { ...env }, stdin: 'ignore', cwd: testbed.get().folder })).stdout;
  };
  let weaviate = { url: '', apiKey: '' };

  beforeAll(async () => {
    await writeFileWith({ mode: 'bundled' }, './repository-bundled');
    const rendered = await difyctl('render', '--out', 'dify', '-o', 'json');
    expect(rendered.code, rendered.stderr).toBe(0);
    await docker('compose', '-f', 'dify/compose.yaml', '-p', 'dify', 'up', '-d', '--wait', 'weaviate');
    const id = await docker('ps', '-q', '--filter', 'label=com.docker.compose.service=weaviate');
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    const address = await docker('inspect', '--format', format, id);
    weaviate = {
      url: `http://${address}:8080`,
      apiKey: await generatedSecret(testbed.get().folder, 'vectorStore.apiKey'),
    };
    await fillKnowledgeBase(weaviate);
  });

  it('are copied from its container, counted by a drill, and restored after they were lost', async () => {
    const made = await difyctl('backup', '-o', 'json');
    expect(made.code, made.stderr).toBe(0);
    await quickenKey(path.join(testbed.get().folder, 'repository-bundled'), REPOSITORY_PASSWORD);
    const drill = await difyctl('drill', '--identity', 'key.txt', '-o', 'json');
    expect(drill.code, drill.stderr).toBe(0);
    expect(vectorsOf(drill.stdout)).toBe(ALL);
    await askWeaviate(weaviate, 'DELETE', `/v1/schema/${CLASS}`);
    const restored = await difyctl('restore', 'latest', '--part', 'vectors', '--yes', '-o', 'json');
    expect(restored.code, restored.stderr).toBe(0);
    expect(vectorsOf(restored.stdout)).toBe(ALL);
    expect(JSON.parse(restored.stdout).plan[0].what).toBe('collections in the container weaviate');
  });

  it('cannot be copied while its container is stopped', async () => {
    await docker('compose', '-p', 'dify', 'stop', 'weaviate');
    const { code, stderr } = await difyctl('backup');
    expect(stderr).toContain('the container weaviate of the project dify does not run');
    expect(code).toBe(8);
  });
});
