import { expect, it } from 'vitest';
import type { OnProgress } from '../../../src/base/events.ts';
import { whileStopped } from '../../../src/operations/backup/quiesce.ts';
import { memoryTarget } from '../../support/memory-target.ts';

/** Runs `work` while the writers of a target are stopped. Returns the calls and the notes, in their order. */
async function run(
  facts: { readonly stopped?: readonly string[]; readonly again?: readonly string[]; readonly start?: Error },
  work: () => Promise<string>,
): Promise<{ readonly said: readonly string[]; readonly ended: unknown }> {
  const said: string[] = [];
  const { stopped = ['api'], again = [], start } = facts;
  const target = {
    ...memoryTarget(),
    stopWriters: async () => {
      said.push('stop');
      return stopped;
    },
    runningWriters: async () => again,
    startWriters: async () => {
      said.push('start');
      if (start !== undefined) throw start;
      return stopped;
    },
  };
  const onProgress: OnProgress = (event) => {
    if (event.type === 'note') said.push(event.text);
  };
  const options = { target, onProgress, timeoutMs: 1_000 };
  const locked = { signal: new AbortController().signal, onChild: () => undefined, recovered: [] };
  const copy = (): Promise<string> => {
    said.push('copy');
    return work();
  };
  const ended = await whileStopped(options, locked, copy).catch((error: unknown) =>
    error instanceof Error ? error.message : error,
  );
  return { said, ended };
}

const made = async (): Promise<string> => 'made';
const fails = async (): Promise<string> => {
  throw new Error('the disk is full');
};

it.each<[string, Parameters<typeof run>, readonly string[], unknown]>([
  ['a copy that is made', [{}, made], ['stop', 'copy', 'start'], 'made'],
  ['a copy that fails', [{}, fails], ['stop', 'copy', 'start'], 'the disk is full'],
  [
    'a workload that runs again meanwhile',
    [{ again: ['worker'] }, made],
    ['stop', 'copy', 'start'],
    'worker ran again while the set was made, and may have written',
  ],
  [
    'an installation of which nothing runs',
    [{ stopped: [] }, made],
    ['stop', 'start'],
    'no process of Dify that writes is running; expected api and worker',
  ],
  [
    'a copy that fails, if it cannot be started',
    [{ start: new Error('no engine') }, fails],
    [
      ...['stop', 'copy', 'start'],
      'Dify is still stopped (no engine); the next difyctl install or upgrade starts it again',
    ],
    'the disk is full',
  ],
  [
    'a copy that is made, if it cannot be started',
    [{ start: new Error('no engine') }, made],
    ['stop', 'copy', 'start'],
    'no engine',
  ],
])('what was stopped is started again after %s', async (_, input, said, ended) => {
  expect(await run(...input)).toEqual({ said, ended });
});
