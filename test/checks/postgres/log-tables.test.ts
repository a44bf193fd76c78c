import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { entry, facts, healthySession, resultOf } from './fixtures.ts';

const CLEANED: JsonObject = {
  components: Object.fromEntries(
    ['worker', 'beat'].map((name) => [name, { extraEnv: { WORKFLOW_LOG_CLEANUP_ENABLED: 'true' } }]),
  ),
};

test.each<[string, number, number, JsonObject, string, RegExp]>([
  ['a few rows', 1000, 1e6, {}, 'pass', /small enough/],
  [
    'many rows',
    28_000_000,
    1e9,
    {},
    'warn',
    /workflow_node_executions has 28 million rows .* and no retention period is set/,
  ],
  ['many bytes', 1000, 30 * 2 ** 30, {}, 'warn', /30 GiB/],
  ['many rows, and a retention', 28_000_000, 1e9, CLEANED, 'pass', /a retention period is set/],
])('%s', (_, rows, bytes, over, status, words) => {
  const session = { ...healthySession, logTables: [{ name: 'workflow_node_executions', rows, bytes }] };
  const seen = facts({ entries: [entry('main', { session }), entry('plugin')] });
  const result = resultOf('postgres.log-tables', seen, over);
  expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
});
