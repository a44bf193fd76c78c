import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { CheckReport } from '../../src/checks/check.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';

let compose: string;
let kubernetes: string;
let empty: string;
beforeAll(async () => {
  const folder = async (file: object): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'difyctl-look-'));
    await writeFile(join(made, 'difyctl.yaml'), stringify(file));
    return made;
  };
  compose = await folder(SAMPLE_FILES['test-compose-bundled']);
  kubernetes = await folder(SAMPLE_FILES['prod-kubernetes-s3-qdrant']);
  empty = await mkdtemp(join(tmpdir(), 'difyctl-look-'));
});
afterAll(async () => {
  for (const folder of [compose, kubernetes, empty]) await rm(folder, { recursive: true });
});

describe('options that create objects in a cluster', () => {
  it.each<[string, () => string, readonly string[], string]>([
    ['not on Compose', () => compose, ['preflight', '--from', 'cluster'], '--from cluster is for Kubernetes'],
    ['not on Compose', () => compose, ['preflight', '--deep'], '--deep is for Kubernetes'],
    ['not without a file', () => empty, ['preflight', '--tier', 'prod', '--deep'], '--deep needs a deployment file'],
    ['not in a dry run', () => kubernetes, ['install', '--dry-run', '--from', 'cluster'], '--dry-run creates nothing'],
    ['not in a dry run', () => kubernetes, ['install', '--dry-run', '--deep'], '--dry-run creates nothing'],
    ['from here or from there', () => kubernetes, ['preflight', '--from', 'mars'], 'local, cluster'],
  ])('%s', async (_, cwd, args, words) => {
    const { code, stderr } = await runCli(args, { cwd: cwd() });
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});

describe('--wait', () => {
  const waited = async (only: string) => {
    const run = await runCli(['preflight', '--only', only, '--wait', '10m', '-o', 'json'], { cwd: kubernetes });
    return { ...run, report: JSON.parse(run.stdout) as CheckReport };
  };

  it('ends at once if all checks pass, and if waiting cannot fix a failure', async () => {
    const passed = await waited('config.debug-logs');
    expect(passed.report.waited).toMatchObject({ rounds: 0, endedBy: 'passed' });
    expect(passed.code).toBe(0);
    const unrecoverable = await waited('config.secrets');
    expect(unrecoverable.report.waited).toMatchObject({ rounds: 0, endedBy: 'unrecoverable' });
    expect(unrecoverable.code).toBe(3);
  });

  it.each(['soon', '0s', '10'])('requires a duration: %s', async (text) => {
    const { code, stderr } = await runCli(['preflight', '--wait', text], { cwd: kubernetes });
    expect(stderr).toContain(`--wait: a duration such as 90s, 15m or 4h`);
    expect(code).toBe(2);
  });

  it('is refused together with saved evidence', async () => {
    const saved = join(kubernetes, 'saved');
    const only = ['--only', 'config.debug-logs'];
    await runCli(['preflight', ...only, '--save-evidence', saved], { cwd: kubernetes });
    const { code, stderr } = await runCli(['preflight', '--from-evidence', saved, '--wait', '1m'], { cwd: kubernetes });
    expect(stderr).toContain('--from-evidence collects none');
    expect(code).toBe(2);
  });
});
