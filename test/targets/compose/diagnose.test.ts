import { expect, test } from 'vitest';
import { redactor } from '../../../src/base/redact.ts';
import type { Docker } from '../../../src/exec/docker.ts';
import { diagnose } from '../../../src/targets/compose/diagnose.ts';
import { viewServices } from '../../../src/targets/compose/services.ts';
import { container } from './containers.ts';

const unused = () => Promise.reject(new Error('not part of this test'));

/** The logs of a failed service whose container wrote so many lines to each stream. */
async function logsOf(output: number, errors: number): Promise<readonly string[] | undefined> {
  const docker: Docker = {
    run: async (_, options) => {
      for (let line = 1; line <= errors; line += 1) options?.onStderr?.(`err ${line}`);
      return Array.from({ length: output }, (_line, index) => `out ${index + 1}\n`).join('');
    },
    compose: unused,
    composeDraft: unused,
    composeLive: unused,
  };
  const views = viewServices(
    [{ name: 'api', replicas: 1, isJob: false }],
    [container('api', { state: 'exited', exitCode: 1 })],
  );
  const project = { name: 'dify', directory: '/srv/dify' };
  const connection = { docker, project, redact: redactor([]), now: () => 1 };
  const [failure] = await diagnose(connection, views, new AbortController().signal);
  return failure?.logs;
}

const linesOf = (name: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `${name} ${first + index}`);

test.each<[string, number, number, readonly string[]]>([
  ['both full', 20, 20, [...linesOf('out', 11, 20), ...linesOf('err', 11, 20)]],
  ['few lines of output', 2, 30, [...linesOf('out', 1, 2), ...linesOf('err', 13, 30)]],
  ['few lines of errors', 20, 3, [...linesOf('out', 4, 20), ...linesOf('err', 1, 3)]],
  ['output only', 20, 0, linesOf('out', 1, 20)],
  ['errors only', 0, 20, linesOf('err', 1, 20)],
  ['neither full', 4, 5, [...linesOf('out', 1, 4), ...linesOf('err', 1, 5)]],
])('the last lines of a failed service: %s', async (_, output, errors, expected) => {
  expect(await logsOf(output, errors)).toEqual(expected);
});
