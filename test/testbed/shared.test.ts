import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { processIdentity } from '../../src/rehearsal/processes/identity.ts';
import { claim, endRun, type Kind, release } from './shared/pool.ts';

let folder = '';
/** What happened to the parts, in order. */
let events: string[] = [];
let run = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'difyctl-shared-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
  events = [];
  run = await processIdentity(process.pid);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** Parts a, b, c, … that exist until they are taken down. */
function parts(over: Partial<Kind<string>> = {}): Kind<string> {
  const there = new Set<string>();
  let next = 'a';
  return {
    kind: 'part',
    nameOf: (part) => part,
    start: async () => {
      const part = next;
      next = String.fromCharCode(next.charCodeAt(0) + 1);
      there.add(part);
      events.push(`start ${part}`);
      return part;
    },
    attach: async (name) => (there.has(name) ? name : undefined),
    clean: async (part) => void events.push(`clean ${part}`),
    takeDown: async (name) => {
      there.delete(name);
      events.push(`down ${name}`);
    },
    ...over,
  };
}

it('a released part is cleaned and used again, and no part is used twice at the same time', async () => {
  const kind = parts();
  expect(await claim(run, kind)).toBe('a');
  expect(await claim(run, kind)).toBe('b');
  await release(run, kind, 'a');
  expect(await claim(run, kind)).toBe('a');
  await endRun(run, [kind]);
  expect(events).toEqual(['start a', 'start b', 'clean a', 'down a', 'down b']);
});

it('a part that cannot be cleaned is removed', async () => {
  const kind = parts({ clean: () => Promise.reject(new Error('stuck')) });
  await release(run, kind, await claim(run, kind));
  expect(await claim(run, kind)).toBe('b');
  expect(events).toEqual(['start a', 'down a', 'start b']);
});

it('a part that no longer runs is removed', async () => {
  const kind = parts({ attach: () => Promise.resolve(undefined) });
  await release(run, kind, await claim(run, kind));
  expect(await claim(run, kind)).toBe('b');
  expect(events).toEqual(['start a', 'clean a', 'down a', 'start b']);
});

it('a part whose user was killed is removed', async () => {
  const kind = parts();
  const user = spawn('sleep', ['600']);
  const identity = await processIdentity(user.pid ?? 0);
  await claim(run, kind, identity);
  expect(await claim(run, kind)).toBe('b');
  user.kill('SIGKILL');
  await once(user, 'exit');
  expect(await claim(run, kind)).toBe('c');
  expect(events).toEqual(['start a', 'start b', 'down a', 'start c']);
});
