import { expect, it } from 'vitest';
import { deepMerge, type JsonObject } from '../../../src/base/json.ts';
import { type InstalledFact, RELEASE_INSTALLED } from '../../../src/evidence/release/installed.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, type SampleName } from '../../support/deployments.ts';

const KUBERNETES: SampleName = 'prod-kubernetes-s3-qdrant';
const COMPOSE: SampleName = 'prod-compose-s3-qdrant';

function verdict(version: string, living: Partial<InstalledFact>, sample: SampleName = KUBERNETES) {
  const deployment = parsedDeployment(deepMerge(SAMPLE_FILES[sample], { version }) as JsonObject);
  return judged(checkOf('release.version'), {
    deployment,
    seen: [[RELEASE_INSTALLED, { images: [], records: [], ...living }]],
  });
}
const runs = (...versions: readonly string[]) => ({
  images: versions.map((version) => `registry.example/langgenius/dify-api:${version}`),
});
const record = (number: number, outcome: string, version: string) => ({ number, outcome, version });

it.each<[string, string, Partial<InstalledFact>, string, RegExp]>([
  ['nothing yet', '1.16.1', {}, 'pass', /nothing is installed yet/],
  ['the same', '1.16.1', runs('1.16.1'), 'pass', /1\.16\.1 is installed/],
  ['a digest beside the tag', '1.16.1', runs('1.16.1@sha256:abc'), 'pass', /1\.16\.1 is installed/],
  ['an upgrade', '1.17.0', runs('1.16.1'), 'pass', /1\.16\.1 is installed, 1\.17\.0 is newer/],
  ['an older one', '1.16.1', runs('1.17.0'), 'fail', /1\.17\.0 runs.*Can't locate revision/],
  ['an older patch', '1.16.0', runs('1.16.1'), 'fail', /1\.16\.1 runs/],
  ['an upgrade that stopped half way', '1.16.1', runs('1.16.1', '1.17.0'), 'fail', /1\.17\.0 runs/],
  ['ten is more than nine', '1.9.0', runs('1.10.0'), 'fail', /1\.10\.0 runs/],
  ['a tag that is no version', '1.16.1', runs('latest'), 'warn', /is not a version/],
  [
    'a tag that is no version, and a record',
    '1.16.1',
    { ...runs('latest'), records: [record(1, 'applied', '1.16.1')] },
    'pass',
    /1\.16\.1 is installed/,
  ],
  [
    'a record of what is gone',
    '1.16.1',
    { records: [record(1, 'removed', '1.17.0')] },
    'warn',
    /1\.17\.0 was installed last \(revision 1\)/,
  ],
  ['a record that never began', '1.16.1', { records: [record(1, 'open', '1.17.0')] }, 'pass', /nothing is installed/],
  [
    'what runs outranks the record',
    '1.16.1',
    { ...runs('1.16.1'), records: [record(2, 'failed', '1.17.0')] },
    'pass',
    /./,
  ],
  ['a step by hand', '1.16.1', runs('1.14.2'), 'warn', /1\.15\.0 required manual steps/],
  ['two of them', '1.16.1', runs('0.15.3'), 'warn', /1\.0\.0 and 1\.15\.0/],
  ['a step that was taken long ago', '1.17.0', runs('1.15.0'), 'pass', /./],
])('%s', (_, version, living, status, message) => {
  expect(verdict(version, living)).toMatchObject({ status, message: expect.stringMatching(message) });
});

it('says the next step as a command of the target', () => {
  const command = 'flask backfill-plugin-auto-upgrade';
  expect(verdict('1.16.1', runs('1.14.2')).remedy).toBe(
    `after the install, run: kubectl -n dify exec deploy/dify-api -- ${command}`,
  );
  expect(verdict('1.16.1', runs('1.14.2'), COMPOSE).remedy).toMatch(
    new RegExp(`docker compose -p \\S+ exec api ${command}$`),
  );
  expect(verdict('1.16.1', runs('1.17.0')).remedy).toContain('set version: 1.17.0');
});
