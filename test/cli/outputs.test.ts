import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { watchOutput } from '../../src/cli/frame/outputs.ts';

/** A stream that fails as the system would have it, once something is written. */
function failing(code: string, isTTY = false): PassThrough & { readonly isTTY: boolean } {
  const stream = new PassThrough({
    transform: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
  });
  return Object.assign(stream, { isTTY });
}

it.each<[string, string, boolean, string | undefined]>([
  ['a reader that went away', 'EPIPE', false, undefined],
  ['the other end of a socket that was closed', 'ECONNRESET', false, undefined],
  ['a terminal that was closed', 'EIO', true, undefined],
  ['a full disk', 'ENOSPC', false, 'ENOSPC'],
  ['a device that fails', 'EIO', false, 'EIO'],
])('%s (%s) does not end the run, whatever is written afterwards', async (_title, code, isTTY, fault) => {
  const stream = failing(code, isTTY);
  const output = watchOutput(stream);
  stream.write('first');
  await output.drained();
  stream.write('second');
  await output.drained();
  expect(output.fault()?.code).toBe(fault);
});
