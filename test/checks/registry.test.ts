import { describe, expect, it } from 'vitest';
import { SUBJECTS } from '../../src/checks/check.ts';
import { ALL_CHECKS, CHECKS } from '../../src/checks/registry.ts';
import { readExplanations } from '../../src/cli/output/check-docs.ts';
import { COLLECTORS } from '../../src/evidence/registry.ts';
import { SAMPLE_NAMES, sampleDeployment } from '../support/deployments.ts';

const ids = ALL_CHECKS.map((check) => check.id);

describe('the registry', () => {
  it('has every id once, and each begins with a known subject', () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      expect(id).toMatch(/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/);
      expect(SUBJECTS).toContain(id.split('.')[0]);
    }
  });

  it('has the same ids as docs/checks.md', async () => {
    const sections = await readExplanations();
    expect([...sections.keys()].sort()).toEqual([...ids].sort());
    for (const [id, text] of sections) {
      expect(text, id).toMatch(/^Next: /m);
      expect(text.length, id).toBeGreaterThan(60);
    }
  });

  it('has exactly one collector for each key that a preflight check requires', () => {
    const keys = COLLECTORS.map(({ key }) => key.name);
    expect(new Set(keys).size).toBe(keys.length);
    const needed = CHECKS.filter((check) => check.phases.includes('preflight')).flatMap((check) => [
      ...check.requires,
      ...(check.optional ?? []),
    ]);
    for (const { name } of needed) expect(keys).toContain(name);
  });

  it.each(SAMPLE_NAMES)('selects only the checks of the target: %s', (name) => {
    const deployment = sampleDeployment(name);
    const asked = CHECKS.filter((check) => check.when?.(deployment, deployment.tier) !== false).map(
      (check) => check.id,
    );
    const foreign =
      deployment.target.type === 'compose' ? /^(cluster\.|release\.(?!version$|known-faults$))/ : /^host\./;
    expect(asked.filter((id) => foreign.test(id))).toEqual([]);
    expect(asked.length).toBeGreaterThan(12);
  });

  it('without a file checks the cluster and says that the other checks need a file', () => {
    const answers = CHECKS.map((check) => [check.id, check.when?.(undefined, 'prod') ?? true] as const);
    const asked = answers.filter(([, answer]) => answer === true).map(([id]) => id);
    expect(asked).toContain('cluster.capacity.nodes');
    expect(asked).not.toContain('config.secrets');
    expect(answers.filter(([, answer]) => typeof answer === 'object').length).toBeGreaterThan(10);
  });
});
