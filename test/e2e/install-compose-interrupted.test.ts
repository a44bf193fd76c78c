import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import { type ComposeFixture, createComposeFixture, testComposeFile, told } from '../support/compose-fixture.ts';
import type { Running, TempWorkspace } from '../support/difyctl.ts';
import { isThere } from '../support/recorder.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';

/** One installation. Each run is killed at a chosen moment, and the next run continues where it stopped. */
const testbed = useSharedDockerHost(composeImages());

let scene: ComposeFixture;
let place: TempWorkspace;
beforeAll(async () => {
  scene = await createComposeFixture(testbed.docker, {
    file: testComposeFile,
  });
  place = await scene.workplace();
});
afterAll(() => scene?.end());

const inState = (file: string) => (run: Running) =>
  run.until(async () => (await isThere(join(scene.directory, file))) || undefined);
const serviceIs = (service: string, state: RegExp) => (run: Running) =>
  run.until(async () =>
    (await scene.containers()).some((one) => one.service === service && state.test(one.state)) ? true : undefined,
  );
const says = (text: string) => (run: Running) => run.says(text);
/** A run that continues an earlier one may pass the moment while it still starts. A signal then only ends it. */
const atWork = (seen: (run: Running) => Promise<unknown>) => async (run: Running) => {
  await run.says('preflight');
  await seen(run);
};

interface Moment {
  /** The call at whose door the run is held, if the moment is one. */
  readonly hold?: string;
  /** What else is waited for. */
  readonly seen?: (run: Running) => Promise<unknown>;
  readonly signal: NodeJS.Signals;
  /** Who comes next: the same folder, it without `.difyctl/`, or another folder that has only the file. */
  readonly next?: 'forgetful' | 'stranger';
}

/** In the order in which a first installation comes by them. */
const MOMENTS: readonly (readonly [string, Moment])[] = [
  ['while preflight looks at the engine', { hold: '^docker info', signal: 'SIGKILL' }],
  ['while the plan is made', { hold: '^docker compose .* config --hash', signal: 'SIGINT' }],
  ['once it holds the lock', { seen: inState('.difyctl/lock.json'), signal: 'SIGKILL' }],
  ['once the secrets are written', { seen: inState('.env'), signal: 'SIGKILL', next: 'forgetful' }],
  ['once the revision is open', { seen: inState('.difyctl/revisions/1.json'), signal: 'SIGINT', next: 'stranger' }],
  ['before Compose begins', { hold: '^docker compose .* up --detach', signal: 'SIGKILL', next: 'forgetful' }],
  ['while Compose makes containers', { seen: serviceIs('redis', /./), signal: 'SIGKILL' }],
  [
    'as soon as it says what it waits for',
    { seen: says('services ready, waiting'), signal: 'SIGINT', next: 'stranger' },
  ],
  ['while the database begins', { seen: serviceIs('db_postgres', /^running healthy/), signal: 'SIGKILL' }],
  ['once the schema is migrated', { seen: atWork(serviceIs('migration', /^exited 0/)), signal: 'SIGINT' }],
  ['while the last services become healthy', { seen: serviceIs('api', /^running healthy/), signal: 'SIGKILL' }],
  ['in postflight', { seen: says('apply       revision'), signal: 'SIGKILL' }],
];

let secrets: Readonly<Record<string, string>> = {};

async function successor(next: Moment['next']): Promise<TempWorkspace> {
  if (next === 'stranger') return scene.workplace();
  if (next === 'forgetful') await rm(join(place.folder, '.difyctl'), { recursive: true, force: true });
  return place;
}

describe('a first installation', () => {
  test.each(MOMENTS)('killed %s, loses nothing', async (_, { hold, seen, signal, next }) => {
    const held = hold === undefined ? undefined : await scene.recorder.hold(hold);
    const run = await place.start('install', '--yes');
    await held?.reached();
    await seen?.(run);
    run.kill(signal);
    if (signal === 'SIGKILL') await run.outcome;
    await held?.release();
    const ended = await run.outcome;
    expect(ended.code, told(ended)).toBe(signal === 'SIGKILL' ? undefined : 130);
    if (signal === 'SIGINT') expect(await scene.leftovers()).toEqual([]);

    const found = await scene.secrets();
    expect(found).toMatchObject(secrets);
    secrets = found;
    place = await successor(next);
  });

  test('is completed by the next run, with the secrets and the revision of the first', async () => {
    const last = await place.run('install', '--yes', '-o', 'json');
    expect(last.code, told(last)).toBe(0);
    expect(JSON.parse(last.stdout) as InstallReport).toMatchObject({ revision: 1 });
    expect(await scene.leftovers()).toEqual([]);
    expect(await scene.secrets()).toEqual(secrets);
    expect(await scene.revisions()).toEqual([1]);
    expect([...new Set((await scene.containers()).map(({ state }) => state))].sort()).toEqual([
      'exited 0',
      'running healthy',
    ]);
    const stranger = await scene.workplace();
    const again = await stranger.run('install', '--yes', '-o', 'json');
    expect(JSON.parse(again.stdout), told(again)).toMatchObject({ outcome: 'unchanged', revision: 1 });
  });
});

/** A change that makes one container anew. */
const CHANGE = (value: string) => ['install', '--yes', '--set', `components.web.extraEnv.PAGE_TITLE=${value}`];

describe('a change', () => {
  test.each([
    ['while the old container goes', 'SIGKILL', 'first'],
    ['while the old container goes', 'SIGINT', 'second'],
  ] as const)('killed %s by %s, is completed by the next run', async (_, signal, value) => {
    const old = (await scene.containers()).find(({ service }) => service === 'web')?.id;
    const run = await place.start(...CHANGE(value));
    await run.until(async () => ((await scene.containers()).some(({ id }) => id === old) ? undefined : true));
    run.kill(signal);
    await run.outcome;
    const next = await place.run(...CHANGE(value), '-o', 'json');
    expect(next.code, told(next)).toBe(0);
    expect(await scene.leftovers()).toEqual([]);
    const web = (await scene.containers()).filter(({ service }) => service === 'web');
    expect(web).toMatchObject([{ state: 'running healthy' }]);
    expect(await scene.secrets()).toEqual(secrets);
    expect(await place.run('plan', '--detailed-exitcode', ...CHANGE(value).slice(2))).toMatchObject({ code: 0 });
  });

  test('while another run works is refused with exit 9', async () => {
    const held = await scene.recorder.hold('^docker compose .* up --detach');
    const first = await place.start(...CHANGE('third'));
    await held.reached();
    const stranger = await scene.workplace();
    const second = await stranger.run(...CHANGE('fourth'));
    expect(second.code, told(second)).toBe(9);
    await held.release();
    expect((await first.outcome).code).toBe(0);
  });
});
