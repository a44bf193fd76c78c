import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redactor } from '../../src/base/redact.ts';
import type { CheckReport } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { loadDeployment } from '../../src/deployment/load.ts';
import { evidenceKey } from '../../src/evidence/evidence.ts';
import { readEvidence, SAVED_DEPLOYMENT, saveEvidence } from '../../src/evidence/saved.ts';
import { collectContext, fixedCollector, sampleCheck } from '../support/check-runs.ts';
import { SAMPLE_NAMES, sampleDeployment } from '../support/deployments.ts';

const THING = evidenceKey<{ readonly word: string }>('thing.seen', 1);
const check = sampleCheck({
  id: 'tools.thing',
  needs: [THING],
  judge: (context) => ({ status: 'warn', observed: context.evidence(THING).word, expected: '', message: 'm' }),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-evidence-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('evidence', () => {
  it('judges the same where it is read again, on the day it was collected', async () => {
    const collectors = [fixedCollector(THING, { word: 'hello' })];
    const options = { phase: 'preflight' as const, checks: [check], collectors };
    const first = await runChecks({ ...options, context: collectContext() });
    await saveEvidence(folder, first.evidence, undefined, (text) => text);
    const saved = await readEvidence(folder, collectors);
    const later = collectContext({ now: () => new Date('2031-01-01T00:00:00Z') });
    const again = await runChecks({ ...options, context: later, saved });
    const verdicts = ({ time, checks }: CheckReport) => ({
      time,
      checks: checks.map((one) => ({ ...one, durationMs: 0 })),
    });
    expect(verdicts(again.report)).toEqual(verdicts(first.report));
  });

  it('is a file for each key, redacted, for its owner alone', async () => {
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
    await writeFile(join(folder, 'broken.local.json'), '{');
    await expect(readEvidence(folder, [])).rejects.toThrow('is no evidence');
  });

  it('is missing from an empty folder', async () => {
    await expect(readEvidence(folder, [])).rejects.toThrow('holds no evidence');
  });
});

it.each(SAMPLE_NAMES)('the deployment beside it reads as the same deployment: %s', async (name) => {
  const deployment = sampleDeployment(name);
  await saveEvidence(folder, [], deployment, (text) => text);
  expect((await loadDeployment(join(folder, SAVED_DEPLOYMENT))).deployment).toEqual(deployment);
});
