import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRecorder, type Held, isThere, type Recorder } from './recorder.ts';

let folder = '';
let recorder: Recorder;

/** A program that makes a file in the folder `work` and ends with exit code 3 once the file `end` exists. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
  const text = `#!/bin/sh\ntouch '${folder}/work/'$1\nuntil [ -e '${folder}/end' ]; do :; done\nexit 3\n`;
  await writeFile(join(folder, 'program'), text, { mode: 0o755 });
  recorder = await createRecorder({ program: join(folder, 'program'), environment: '/usr/bin/env' });
});

afterAll(async () => {
  await recorder.remove();
  await rm(folder, { recursive: true, force: true });
});

const at = (...parts: readonly string[]): string => join(folder, ...parts);
const start = (word: string) => execa(join(recorder.folder, 'program'), [word], { reject: false });

test.each<[string, () => Held, boolean]>([
  ['before its program starts', () => 'before', false],
  ['while its program works', () => ({ fills: at('work') }), true],
  ['after its program has ended', () => 'after', true],
])('a call is held %s', async (_, when, hasWorked) => {
  await rm(at('work'), { recursive: true, force: true });
  await rm(at('end'), { force: true });
  await mkdir(at('work'));
  const held = await recorder.hold('^program one', when());
  if (when() === 'after') await writeFile(at('end'), '');
  const run = start('one');
  await held.reached();
  expect(await isThere(at('work/one'))).toBe(hasWorked);
  await writeFile(at('end'), '');
  await held.release();
  expect((await run).exitCode).toBe(3);
});

test('a hold passes to the next call', async () => {
  await writeFile(at('end'), '');
  const held = await recorder.hold('^program one');
  const one = start('one');
  const first = await held.reached();
  await held.passTo('^program two');
  expect((await one).exitCode).toBe(3);
  const two = start('two');
  const second = await held.reached();
  expect(second).not.toBe(first);
  expect(await readFile(`/proc/${second}/comm`, 'utf8')).toBe('program\n');
  await held.release();
  expect((await two).exitCode).toBe(3);
});

test('a held call continues with variables that the next call does not have', async () => {
  const held = await recorder.hold('^environment');
  const run = execa(join(recorder.folder, 'environment'), [], { env: { SPEED: 'full' } });
  await held.reached();
  await held.release({ SPEED: 'slow' });
  const next = execa(join(recorder.folder, 'environment'), [], { env: { SPEED: 'full' } });
  const speeds = (await Promise.all([run, next])).map(({ stdout }) => /^SPEED=(.*)$/m.exec(stdout)?.[1]);
  expect(speeds).toEqual(['slow', 'full']);
});
