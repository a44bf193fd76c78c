import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { iamText } from '../../src/prerequisites/buckets.ts';
import { prerequisitesPage } from '../../src/prerequisites/markdown.ts';
import { prerequisitesOf } from '../../src/prerequisites/prerequisites.ts';
import { rbacText } from '../../src/prerequisites/rbac.ts';
import { sqlScript } from '../../src/prerequisites/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../src/prerequisites/sql-text.ts';
import { SAMPLE_NAMES, type SampleName, sampleDeployment } from '../support/deployments.ts';
import { expectGolden } from '../support/golden.ts';

const INSTALLER = { kind: 'Group', name: 'dify-installers' } as const;

function files(name: SampleName) {
  const deployment = sampleDeployment(name);
  const { databases, objectStorage } = prerequisitesOf(deployment);
  const { target } = deployment;
  return [
    { path: 'prerequisites.md', content: prerequisitesPage(deployment, INSTALLER) },
    { path: 'prerequisites.sql', content: sqlScript(deployment.name, databases) },
    { path: 'prerequisites.iam', content: iamText(objectStorage) },
    ...(target.type === 'kubernetes'
      ? [{ path: 'prerequisites.yaml', content: rbacText(deployment, target.namespace, INSTALLER) }]
      : []),
  ];
}

describe('the prerequisites', () => {
  it.each<SampleName>([
    'prod-kubernetes-s3-qdrant',
    'prod-kubernetes-sentinel-azure-pgvector',
    'prod-compose-sentinel-azure-elasticsearch',
  ])('is the same text each time: %s', async (name) => {
    await expectGolden(join(import.meta.dirname, 'golden', name), files(name));
  });

  it.each(SAMPLE_NAMES)('names every external service, and no secret: %s', (name) => {
    const deployment = sampleDeployment(name);
    const { connections, egress, names } = prerequisitesOf(deployment);
    expect(connections.every(({ from, port }) => from.length > 0 && port > 0)).toBe(true);
    expect(new Set(egress.map(({ host, from }) => `${host} ${from}`)).size).toBe(egress.length);
    expect(names.length).toBeGreaterThan(0);
    const script = sqlScript(deployment.name, prerequisitesOf(deployment).databases);
    expect(script).not.toMatch(/PASSWORD '/i);
  });

  it.each<[SampleName, RegExp]>([
    ['prod-kubernetes-oss-tencent', /"oss:GetObject"[\s\S]*acs:oss:\*:\*:dify-plugin\/\*/],
    ['prod-kubernetes-sentinel-without-agent', /^gcloud storage buckets .* gs:\/\/dify-prod-plugins /m],
    ['test-compose-bundled', /no grants are needed/],
  ])('grants in the vendor’s format: %s', (name, words) => {
    expect(iamText(prerequisitesOf(sampleDeployment(name)).objectStorage)).toMatch(words);
  });
});

describe('SQL', () => {
  it.each([
    ['dify', '"dify"', "'dify'"],
    ['o"clock', '"o""clock"', "'o\"clock'"],
    ["o'clock", '"o\'clock"', "'o''clock'"],
    ['back\\slash', '"back\\slash"', "E'back\\\\slash'"],
  ])('quotes %s', (text, identifier, literal) => {
    expect(quoteIdentifier(text)).toBe(identifier);
    expect(quoteLiteral(text)).toBe(literal);
  });
});
