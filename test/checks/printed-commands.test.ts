import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../src/base/shell-word.ts';
import { cliOf } from '../../src/checks/redis/context.ts';
import { CLUSTER_NODES } from '../../src/evidence/cluster/nodes.ts';
import { REDIS } from '../../src/evidence/redis/facts.ts';
import type { BucketCommands } from '../../src/providers/object-storage/bucket-commands.ts';
import { bucketCommands, describedStore } from '../../src/providers/object-storage/registry.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { node } from '../support/cluster-facts.ts';
import { sampleDeployment } from '../support/deployments.ts';

const HOSTILE = [
  'x; touch evil',
  '$(touch evil)',
  '`touch evil`',
  "a'b'; touch evil; '",
  'a" && touch evil "',
  'a b',
  'a|b',
  'a>b',
  '*',
  '\\',
];

/** The words of a command as a shell reads them; a shell that would run something else makes more or other words. */
function wordsOf(command: string): readonly string[] {
  const script = `set -f; for word in ${command}; do printf '%s\\0' "$word"; done`;
  return execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { PATH: '' } })
    .split('\0')
    .slice(0, -1);
}

/** The commands for buckets of an S3 at this endpoint; undefined is Amazon. */
function commandsFor(endpoint: string | undefined): BucketCommands {
  const { objectStorage } = sampleDeployment('prod-kubernetes-s3-qdrant');
  if (objectStorage.provider !== 's3') throw new Error('not S3');
  const { endpoint: _, ...rest } = objectStorage.s3;
  const storage = {
    provider: objectStorage.provider,
    s3: { ...rest, ...(endpoint === undefined ? {} : { endpoint }) },
  };
  return bucketCommands(describedStore(storage));
}

describe.each(HOSTILE)('%j from outside is one word of a command', (text) => {
  it('by itself', () => {
    expect(wordsOf(shellWord(text))).toEqual([text]);
  });

  it('as the address of a Redis that a sentinel gave', () => {
    expect(wordsOf(cliOf(`${text}:6379`))).toEqual(['redis-cli', '-h', text, '-p', '6379']);
    const sentinel = {
      address: 's1:26379',
      master: `${text}:6379`,
      otherMasters: [],
      flags: ['master', 's_down'],
      downSentinels: [],
      quorum: 2,
      sentinels: 3,
      replicas: 1,
      downAfterMs: 5_000,
      failoverTimeoutMs: 60_000,
    };
    const server = { address: `${text}:6379`, fault: { stage: 'connect', code: 'ETIMEDOUT', text: 'does not answer' } };
    const seen = { sentinels: [sentinel], server } as never;
    const deployment = sampleDeployment('prod-kubernetes-sentinel-azure-pgvector');
    const { remedy } = judged(checkOf('redis.master'), { deployment, seen: [[REDIS, seen]] });
    expect(remedy).toContain(`redis-cli -h ${shellWord(text)} -p 6379 PING`);
  });

  it('as the name of a node', () => {
    const nodes = [{ ...node('a'), name: text, ready: true, troubles: ['MemoryPressure'] }] as never;
    const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
    const { remedy } = judged(checkOf('cluster.node-pressure'), { deployment, seen: [[CLUSTER_NODES, nodes]] });
    expect(wordsOf(remedy)).toEqual(['kubectl', 'describe', 'node', text]);
  });

  it.each([
    'create',
    'showVersioning',
    'enableVersioning',
    'showReplication',
    'showLifecycle',
    'closeToPublic',
  ] as const)('as a bucket (%s)', (command) => {
    expect(wordsOf(commandsFor('https://minio.example')[command](text))).toContain(text);
  });

  it('as a bucket whose rights are granted', () => {
    const words = wordsOf(commandsFor(undefined).grant(text));
    expect(JSON.parse(words.at(-1) ?? '').Statement[1].Resource).toBe(`arn:aws:s3:::${text}`);
  });
});

it('a plain word is not quoted', () => {
  expect(['a-b.c:6379', '/data/x', 'k=v'].map(shellWord)).toEqual(['a-b.c:6379', '/data/x', 'k=v']);
});

describe('the command that ends public access to an S3 bucket', () => {
  const block =
    'put-public-access-block --bucket dify --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true';

  it.each([
    ['of AWS', undefined, `aws s3api ${block}`],
    [
      'of AWS by its endpoint',
      'https://s3.eu-central-1.amazonaws.com',
      `aws s3api --endpoint-url https://s3.eu-central-1.amazonaws.com ${block}`,
    ],
    [
      'of another vendor',
      'https://minio.example',
      'remove the public grants from the policy and the access list, and keep the other grants: aws s3api --endpoint-url https://minio.example get-bucket-policy --bucket dify, aws s3api --endpoint-url https://minio.example get-bucket-acl --bucket dify',
    ],
  ])('%s keeps the grants of other users', (_, endpoint, command) => {
    expect(commandsFor(endpoint).closeToPublic('dify')).toBe(command);
  });
});
