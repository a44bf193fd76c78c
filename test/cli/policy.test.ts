import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { CheckReport } from '../../src/checks/check.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';

const POLICY = `apiVersion: difyctl/v1
kind: Policy
name: acme-prod
recovery: { rpo: { atMost: 10m } }
checks:
  - { check: recovery.upgrade-window, severity: info, reason: "upgrades never disturb anybody" }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-policy-'));
  const { upgradeWindow: _, ...recovery } = SAMPLE_FILES['prod-compose-s3-qdrant'].recovery as Record<string, unknown>;
  const file = { ...SAMPLE_FILES['prod-compose-s3-qdrant'], target: { type: 'compose' }, recovery };
  await writeFile(join(folder, 'difyctl.yaml'), stringify(file));
  await writeFile(join(folder, 'named.yaml'), stringify({ ...file, policy: './policy.yaml' }));
  await writeFile(join(folder, 'policy.yaml'), POLICY);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ONLY = ['--only', 'config.policy,recovery.upgrade-window'];

function preflight(...args: readonly string[]) {
  return runCli(['preflight', ...args], { cwd: folder, env: { HOME: folder } });
}

describe('a policy', () => {
  it.each([
    ['of the file', ['--config', 'named.yaml']],
    ['of --policy', ['--policy', 'policy.yaml']],
  ])('%s is applied to the checklist, and every report says so', async (_title, args) => {
    const text = await preflight(...ONLY, ...args);
    expect(text.code).toBe(3);
    expect(text.stdout).toMatch(/^policy: acme-prod \(policy\.yaml\)$/m);
    expect(text.stdout).toMatch(
      /^FAIL config\.policy +observed recovery\.rpo is 15m, but the policy requires at most 10m/m,
    );
    const { stdout } = await preflight(...ONLY, ...args, '-o', 'json');
    const report = JSON.parse(stdout) as CheckReport;
    expect(report.policy).toEqual({ name: 'acme-prod', file: 'policy.yaml' });
    expect(report.checks.find(({ id }) => id === 'recovery.upgrade-window')).toMatchObject({
      status: 'pass',
      policy: { was: 'error', reason: 'upgrades never disturb anybody' },
    });
  });

  it('does not exist unless it is named', async () => {
    const { stdout, code } = await preflight(...ONLY, '-o', 'json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as CheckReport;
    expect(report.policy).toBeUndefined();
    expect(report.checks.map(({ id, status }) => [id, status])).toEqual([['recovery.upgrade-window', 'warn']]);
  });

  it('is saved with evidence, and judges it again elsewhere', async () => {
    const evidence = join(folder, 'evidence');
    await preflight(...ONLY, '--config', 'named.yaml', '--save-evidence', evidence);
    expect(await readFile(join(evidence, 'policy.yaml'), 'utf8')).toBe(POLICY);
    const again = await runCli(['preflight', ...ONLY, '--from-evidence', evidence], { cwd: '/' });
    expect(again.stdout).toMatch(/^policy: acme-prod/m);
    expect(again.code).toBe(3);
  });

  it('that is wrong is reported with its place', async () => {
    await writeFile(join(folder, 'wrong.yaml'), POLICY.replace('upgrade-window', 'upgrade-windo'));
    const { code, stderr } = await preflight(...ONLY, '--policy', 'wrong.yaml');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /6:7 +checks\[0\]\.check +unknown check recovery\.upgrade-windo; did you mean recovery\.upgrade-window\?/,
    );
  });

  it('has a schema that can be printed', async () => {
    const { stdout } = await runCli(['schema', 'policy']);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'policy.yaml', additionalProperties: false });
  });
});
