import { describe, expect, it, test } from 'vitest';
import { deepMerge, type JsonObject } from '../../../src/base/json.ts';
import { isLoopback } from '../../../src/checks/names/loopback.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import {
  parsedDeployment,
  SAMPLE_FILES,
  SAMPLE_NAMES,
  type SampleName,
  sampleDeployment,
} from '../../support/deployments.ts';

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['0.0.0.0', true],
  ['localhost', true],
  ['LOCALHOST.', true],
  ['pg.localhost', true],
  ['::1', true],
  ['[::1]', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:10.0.0.1', false],
  ['fd00::1', false],
  ['10.0.0.1', false],
  ['128.0.0.1', false],
  ['localhost.example.com', false],
  ['pg.example.internal', false],
])('%s resolves to the container itself: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

function verdict(sample: SampleName, over: JsonObject): readonly [string, string] {
  const deployment = parsedDeployment(deepMerge(SAMPLE_FILES[sample], over) as JsonObject);
  const { status, message } = judged(checkOf('names.loopback'), { deployment });
  return [status, message];
}

describe.each<SampleName>(['prod-kubernetes-s3-qdrant', 'prod-compose-s3-qdrant'])('of %s', (sample) => {
  it.each<[JsonObject, RegExp]>([
    [{ postgres: { host: '127.0.0.1' } }, /postgres at 127\.0\.0\.1:5432/],
    [{ vectorStore: { qdrant: { url: 'http://localhost:6333' } } }, /vector-store at localhost:6333/],
    [{ objectStorage: { s3: { endpoint: 'http://[::1]:9000' } } }, /object-storage at/],
  ])('%j is a failure', (over, words) => {
    expect(verdict(sample, over)).toEqual(['fail', expect.stringMatching(words)]);
  });
});

test.each(SAMPLE_NAMES)('the healthy %s has no finding', (name) => {
  expect(judged(checkOf('names.loopback'), { deployment: sampleDeployment(name) }).status).toBe('pass');
});
