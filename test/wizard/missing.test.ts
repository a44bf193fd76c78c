import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { missingAnswers } from '../../src/wizard/missing.ts';
import { missingProblems } from '../../src/wizard/missing-answers-text.ts';

function missing(data: JsonObject): readonly string[] {
  return missingAnswers(data).map(({ question, conditions }) =>
    [question.id, ...conditions.map((condition) => `${condition.question.id}=${condition.value}`)].join(' '),
  );
}

describe('missing answers', () => {
  test('without answers are all required ones, and dependent ones with their choice', () => {
    expect(missing({})).toEqual([
      'target.type',
      'tier',
      'urls.console',
      'target.context target.type=kubernetes tier=prod',
      ...['postgres.host', 'postgres.password', 'redis.host'].map((id) => `${id} tier=prod`),
      ...['bucket', 'accessKey', 'secretKey'].map((key) => `objectStorage.s3.${key} tier=prod`),
      ...['vectorStore.qdrant.url', 'recovery.rto', 'recovery.rpo'].map((id) => `${id} tier=prod`),
    ]);
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ['a test on compose needs nothing more', { tier: 'test', target: { type: 'compose' } }, []],
    ['a test on kubernetes needs its address', { tier: 'test', target: { type: 'kubernetes' } }, ['urls.console']],
    [
      'sentinel needs its sentinels in place of a host',
      {
        tier: 'test',
        target: { type: 'compose' },
        redis: { mode: 'external', topology: 'sentinel' },
      },
      ['redis.sentinel.master', 'redis.sentinel.nodes'],
    ],
    [
      'each provider needs its own block',
      {
        tier: 'test',
        target: { type: 'compose' },
        objectStorage: { provider: 'azure-blob' },
        vectorStore: { mode: 'external', provider: 'pgvector' },
      },
      [
        ...['accountName', 'accountUrl', 'container', 'accountKey'].map((key) => `objectStorage.azureBlob.${key}`),
        ...['host', 'username', 'password'].map((key) => `vectorStore.pgvector.${key}`),
      ],
    ],
    [
      'a workload identity needs no keys',
      {
        tier: 'test',
        target: { type: 'compose' },
        objectStorage: { provider: 's3', s3: { bucket: 'abc', identity: 'workload' } },
      },
      [],
    ],
    [
      'a bundled vector store in prod needs its risk accepted',
      { tier: 'prod', target: { type: 'compose' }, vectorStore: { mode: 'bundled' } },
      [
        'urls.console',
        ...['postgres.host', 'postgres.password', 'redis.host'],
        ...['bucket', 'accessKey', 'secretKey'].map((key) => `objectStorage.s3.${key}`),
        'acceptedRisks.vector-store',
        ...['recovery.rto', 'recovery.rpo'],
      ],
    ],
  ])('%s', (_, data, expected) => {
    expect(missing(data)).toEqual(expected);
  });

  test('are problems with flag, variable, and condition', () => {
    const problems = missingProblems(missingAnswers({ target: { type: 'kubernetes' } }));
    expect(problems).toContainEqual({ path: '--tier', message: 'Environment?  (test, prod)  DIFYCTL_TIER' });
    expect(problems).toContainEqual({
      path: '--context',
      message: 'Context of the kubeconfig  DIFYCTL_CONTEXT  with --tier prod',
    });
  });
});
