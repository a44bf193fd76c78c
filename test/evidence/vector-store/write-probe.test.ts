import { expect, test } from 'vitest';
import { probeWrite } from '../../../src/evidence/vector-store/write-probe.ts';
import { ProbeError } from '../../../src/net/probe-error.ts';

const HOW = 'created and deleted a collection';
const NAME = 'difyctl_probe_1';
const DONE = undefined;
const LATE = new ProbeError('use', 'ETIMEDOUT', 'does not answer in time');
const GATEWAY = new ProbeError('use', '504', 'answers HTTP 504 at /collections');
const FORBIDDEN = new ProbeError('use', '403', 'answers HTTP 403 at /collections');
const UNCONNECTED = new ProbeError('connect', 'ECONNREFUSED', 'refuses the connection');

test.each<[string, ProbeError | undefined, ProbeError | undefined, ProbeError | undefined, object]>([
  ['everything succeeds', DONE, DONE, DONE, {}],
  ['the removal fails', DONE, DONE, LATE, { left: NAME }],
  ['the creation is refused', FORBIDDEN, DONE, DONE, { refused: FORBIDDEN.fact }],
  ['the creation and the removal are refused', FORBIDDEN, DONE, FORBIDDEN, { refused: FORBIDDEN.fact }],
  ['the creation is not sent', UNCONNECTED, DONE, UNCONNECTED, { refused: UNCONNECTED.fact }],
  ['the creation is not answered', LATE, DONE, DONE, { refused: LATE.fact }],
  ['the creation and the removal are not answered', LATE, DONE, LATE, { refused: LATE.fact, left: NAME }],
  ['a gateway answers both for the store', GATEWAY, DONE, GATEWAY, { refused: GATEWAY.fact, left: NAME }],
  ['the write is refused', DONE, FORBIDDEN, DONE, { refused: FORBIDDEN.fact }],
  ['the write and the removal are refused', DONE, FORBIDDEN, FORBIDDEN, { refused: FORBIDDEN.fact, left: NAME }],
  ['the write and the removal are not answered', DONE, LATE, LATE, { refused: LATE.fact, left: NAME }],
])('%s', async (_, creation, write, removal, expected) => {
  const outcome = (error: ProbeError | undefined) => async () => {
    if (error !== undefined) throw error;
  };
  const create = outcome(creation);
  const written = await probeWrite({ how: HOW, name: NAME, create, use: outcome(write), remove: outcome(removal) });
  expect(written).toEqual({ seen: { how: HOW, ...expected } });
});
