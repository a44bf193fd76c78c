import { expect, test } from 'vitest';
import { RELEASE_INSTALLED } from '../../../src/evidence/release/installed.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { sampleDeployment } from '../../support/deployments.ts';

test.each<[readonly string[], string, RegExp]>([
  [[], 'pass', /nothing is running yet/],
  [['1.16.1'], 'pass', /1\.16\.1/],
  [['1.10.1-fix.1'], 'pass', /fix/],
  [['1.11.0'], 'pass', /./],
  [['1.10.1'], 'warn', /1\.10\.1 runs: attackers can take over its web image/],
  [['0.15.3'], 'warn', /CVE-2025-55182/],
  [['1.12.9'], 'pass', /./],
  [['1.13.0'], 'warn', /event streams/],
  [['1.13.2'], 'warn', /event streams/],
  [['1.13.3'], 'pass', /./],
  [['latest'], 'pass', /nothing/],
])('%j is %s', (tags, status, words) => {
  const images = tags.map((tag) => `docker.io/langgenius/dify-api:${tag}`);
  const result = judged(checkOf('release.known-faults'), {
    deployment: sampleDeployment('prod-kubernetes-s3-qdrant'),
    seen: [[RELEASE_INSTALLED, { images, records: [] }]],
  });
  expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
});
