import { mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ComposeFixture, createComposeFixture, told } from '../support/compose-fixture.ts';
import { useDockerHost } from '../testbed/docker/fixture.ts';

/** What a host may lack. Each run ends with what is missing and what to do, and has changed nothing. */
const testbed = useDockerHost([]);

let scene: ComposeFixture;
beforeAll(async () => {
  scene = await createComposeFixture(testbed.docker, {
    file: ({ directory, httpPort }) => ({
      apiVersion: 'difyctl/v1',
      name: 'dify',
      tier: 'test',
      target: { type: 'compose', directory, httpPort },
    }),
  });
});
afterAll(() => scene?.end());

const NOTHING = '/nonexistent';

describe('an install', () => {
  test.each([
    ['without docker', { PATH: NOTHING }, 8, /docker was not found on PATH[\s\S]*-> install docker/],
    [
      'without an engine that answers',
      { DOCKER_HOST: 'unix:///run/no-such-engine.sock' },
      8,
      /Cannot connect to the Docker daemon[\s\S]*-> start Docker/,
    ],
    [
      'without the compose plugin',
      { DOCKER_CONFIG: NOTHING },
      3,
      /FAIL tools\.compose[\s\S]*install the compose plugin/,
    ],
  ] as const)('%s is refused', async (_, env, code, words) => {
    const place = await scene.workplace(env);
    const refused = await place.run('install', '--yes');
    expect(refused.code, told(refused)).toBe(code);
    expect(refused.stderr + refused.stdout).toMatch(words);
    await unchanged();
  });

  test('to a port that is in use is refused', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(scene.httpPort, '0.0.0.0', resolve));
    const place = await scene.workplace();
    const refused = await place.run('install', '--yes');
    await new Promise((resolve) => server.close(resolve));
    expect(refused.code, told(refused)).toBe(3);
    expect(refused.stdout).toContain(`port ${scene.httpPort} is in use`);
    await unchanged();
  });

  test('into a directory that cannot be created is refused', async () => {
    const place = await scene.workplace();
    await writeFile(join(place.folder, 'file'), '');
    const cases = [
      [join(place.folder, 'file', 'dify'), 3],
      // Only who tries it learns that nobody makes folders there.
      ['/proc/dify/deep', 2],
    ] as const;
    for (const [directory, code] of cases) {
      const refused = await place.run('install', '--yes', '--set', `target.directory=${directory}`);
      expect(refused.code, told(refused)).toBe(code);
      expect(refused.stdout + refused.stderr).toContain('choose another target.directory');
    }
    await unchanged();
  });

  test('whose images cannot be pulled says so, and --atomic rolls it back', async () => {
    const place = await scene.workplace();
    const failed = await place.run('install', '--yes', '--atomic', '-o', 'json');
    expect(failed.code, told(failed)).toBe(4);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      outcome: 'rolled-back',
      failure: {
        summary: expect.stringContaining('its image cannot be pulled'),
        state: expect.stringContaining('was removed'),
      },
    });
    expect(await scene.containers()).toEqual([]);
    expect(await scene.leftovers()).toEqual([]);
    // What was made for it is kept: the next run has the same secrets.
    expect(Object.keys(await scene.secrets()).length).toBeGreaterThan(8);
  });
});

test('a damaged compose.yaml hides no other finding', async () => {
  const place = await scene.workplace();
  await mkdir(scene.directory, { recursive: true });
  await writeFile(join(scene.directory, 'compose.yaml'), 'services: [');
  const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json');
  expect(planned.code, told(planned)).toBe(7);
  expect(JSON.parse(planned.stdout).changes).toContainEqual(
    expect.objectContaining({ action: 'change', kind: 'File', name: 'compose.yaml' }),
  );
});

async function unchanged(): Promise<void> {
  expect(await scene.containers()).toEqual([]);
  await expect(stat(scene.directory)).rejects.toThrow('ENOENT');
}
