import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redactor } from '../../src/base/redact.ts';
import { DIFYCTL_VERSION } from '../../src/base/version.ts';
import type { CheckReport } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { loadDeployment } from '../../src/deployment/load.ts';
import { CollectionError, type Collector, evidenceKey } from '../../src/evidence/evidence.ts';
import { readEvidence, SAVED_DEPLOYMENT, saveEvidence } from '../../src/evidence/saved.ts';
import { collectContext, fixedCollector, sampleCheck } from '../support/check-runs.ts';
import { SAMPLE_NAMES, sampleDeployment } from '../support/deployments.ts';

const THING = evidenceKey<{ readonly word: string }>('thing.seen', 1);
const check = sampleCheck({
  id: 'tools.thing',
  requires: [THING],
  judge: (context) => ({ status: 'warn', observed: context.evidence(THING).word, expected: '', message: 'm' }),
});

/** A good file's content. */
const document = {
  apiVersion: 'difyctl/v1',
  kind: 'Evidence',
  key: 'thing.seen',
  version: 1,
  collectedAt: '2026-11-20T12:00:00.000Z',
  from: 'local',
  outcome: 'ok',
  data: { word: 'hello' },
  durationMs: 3,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-evidence-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('evidence', () => {
  it('gives the same results when it is read again, as of the day of its collection', async () => {
    const collectors = [fixedCollector(THING, { word: 'hello' })];
    const options = { phase: 'preflight' as const, checks: [check], collectors };
    const first = await runChecks({ ...options, context: collectContext() });
    await saveEvidence(folder, first.evidence, undefined, (text) => text);
    const saved = await readEvidence(folder, collectors);
    const later = collectContext({ now: () => new Date('2031-01-01T00:00:00Z') });
    const again = await runChecks({ ...options, context: later, replayed: saved });
    const verdicts = ({ time, checks }: CheckReport) => ({
      time,
      checks: checks.map((one) => ({ ...one, durationMs: 0 })),
    });
    expect(verdicts(again.report)).toEqual(verdicts(first.report));
  });

  it('says, also when it is read again, which other evidence it lacks', async () => {
    const lacking: Collector<unknown> = {
      key: THING,
      timeoutMs: 1_000,
      collect: () => Promise.reject(new CollectionError('absent', 'no chart', 'rendered.objects')),
    };
    const { evidence } = await runChecks({
      phase: 'preflight',
      checks: [check],
      collectors: [lacking],
      context: collectContext(),
    });
    await saveEvidence(folder, evidence, undefined, (text) => text);
    const [, thing] = await readEvidence(folder, [lacking]);
    expect(thing).toMatchObject({ outcome: 'absent', missing: 'no chart', lacks: 'rendered.objects' });
  });

  it('is one redacted file for each key, readable only by its owner', async () => {
    const collectors = [fixedCollector(THING, { word: 'the password is hunter2-hunter2' })];
    const { evidence } = await runChecks({
      phase: 'preflight',
      checks: [check],
      collectors,
      context: collectContext(),
    });
    await saveEvidence(folder, evidence, undefined, redactor(['hunter2-hunter2']));
    expect((await readdir(folder)).sort()).toEqual(['clock.now.local.json', 'thing.seen.local.json']);
    const path = join(folder, 'thing.seen.local.json');
    const document: unknown = JSON.parse(await readFile(path, 'utf8'));
    expect(document).toMatchObject({
      apiVersion: 'difyctl/v1',
      kind: 'Evidence',
      difyctl: DIFYCTL_VERSION,
      key: 'thing.seen',
      version: 1,
      from: 'local',
      outcome: 'ok',
      data: { word: 'the password is ••••••' },
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('of another shape is refused', async () => {
    const { evidence } = await runChecks({
      phase: 'preflight',
      checks: [check],
      collectors: [fixedCollector(THING, { word: 'x' })],
      context: collectContext(),
    });
    await saveEvidence(folder, evidence, undefined, (text) => text);
    const newer = [fixedCollector(evidenceKey('thing.seen', 2), {})];
    await expect(readEvidence(folder, newer)).rejects.toThrow('saved by another difyctl');
  });

  it('that a newer difyctl saved is refused by name, with the difyctl that reads it', async () => {
    const path = join(folder, 'thing.seen.local.json');
    await writeFile(path, JSON.stringify({ ...document, version: 2, difyctl: '9.9.9', outcome: 'partial' }));
    await expect(readEvidence(folder, [fixedCollector(THING, { word: '' })])).rejects.toMatchObject({
      exitCode: 2,
      message: `${path} was written by a newer difyctl: it has version 2, and this difyctl reads up to 1`,
      next: ['use difyctl 9.9.9 or newer'],
    });
  });

  it('keeps the fields that a newer difyctl added, also when it is saved again', async () => {
    const path = join(folder, 'thing.seen.local.json');
    await writeFile(path, JSON.stringify({ ...document, difyctl: '9.9.9', node: 'n1' }));
    const collectors = [fixedCollector(THING, { word: '' })];
    await saveEvidence(folder, await readEvidence(folder, collectors), undefined, (text) => text);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ ...document, difyctl: '9.9.9', node: 'n1' });
  });

  it.each<[string, Record<string, unknown> | string, string]>([
    ['no JSON', '{', 'is not evidence'],
    ['another kind', { kind: 'CheckReport' }, 'is not evidence: kind'],
    ['another API', { apiVersion: 'difyctl/v9' }, 'is not evidence: apiVersion'],
    ['a version that is no number', { version: '1' }, 'is not evidence: version'],
    ['no day', { collectedAt: 'yesterday' }, 'is not evidence: collectedAt'],
    ['an outcome that is none', { outcome: 'fine' }, 'is not evidence: outcome'],
    ['seen, and nothing there', { data: undefined }, 'is not evidence: data is missing'],
    ['another key than its name', { key: 'thing.other' }, 'its name says otherwise'],
    ['seen from elsewhere than its name', { from: 'cluster' }, 'its name says otherwise'],
  ])('refuses a file by name: %s', async (_, change, words) => {
    const text = typeof change === 'string' ? change : JSON.stringify({ ...document, ...change });
    await writeFile(join(folder, 'thing.seen.local.json'), text);
    await expect(readEvidence(folder, [])).rejects.toThrow(`${join(folder, 'thing.seen.local.json')} `);
    await expect(readEvidence(folder, [])).rejects.toThrow(words);
  });

  it.each([
    ['9007199254740993', false],
    ['9007199254740992', true],
    ['12000000000000000000', true],
    ['"9007199254740993"', true],
    ['0.1234567890123456789', true],
  ])('reads numbers exactly or refuses them: %s', async (number, isRead) => {
    const text = JSON.stringify({ ...document, data: { word: 'NUMBER' } }).replace('"NUMBER"', number);
    await writeFile(join(folder, 'thing.seen.local.json'), text);
    const reading = readEvidence(folder, []);
    if (isRead) await expect(reading).resolves.toHaveLength(1);
    else await expect(reading).rejects.toThrow(`contains the number ${number}`);
  });

  it('is missing from an empty folder', async () => {
    await expect(readEvidence(folder, [])).rejects.toThrow('contains no evidence');
  });
});

it.each(SAMPLE_NAMES)('the deployment beside it reads as the same deployment: %s', async (name) => {
  const deployment = sampleDeployment(name);
  await saveEvidence(folder, [], deployment, (text) => text);
  expect((await loadDeployment(join(folder, SAVED_DEPLOYMENT))).deployment).toEqual(deployment);
});
