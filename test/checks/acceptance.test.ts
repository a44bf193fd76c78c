import { expect, it } from 'vitest';
import type { Status } from '../../src/checks/check.ts';
import { acceptedRisks } from '../../src/checks/config/accepted-risks.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { collectContext, judged, sampleCheck } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const TODAY = new Date('2026-11-22T12:00:00Z');
const sample = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];

async function resultWith(risks: readonly { check: string; reason: string; until?: string }[], status: Status) {
  const deployment = parsedDeployment({ ...sample, acceptedRisks: risks.map((risk) => ({ ...risk })) });
  const judge = () => ({ status, observed: 'o', expected: 'e', message: 'one copy' });
  const checks = [sampleCheck({ id: 'redis.topology', judge })];
  const context = collectContext({ deployment, now: () => TODAY });
  const { report } = await runChecks({ phase: 'preflight', checks, collectors: [], context });
  return report.checks[0];
}

it.each<[string, { check: string; reason: string; until?: string }, Status, Status, boolean]>([
  ['a fault becomes a warning', { check: 'redis.topology', reason: 'pilot' }, 'fail', 'warn', true],
  ['on its last day too', { check: 'redis.topology', reason: 'pilot', until: '2026-11-22' }, 'fail', 'warn', true],
  ['not the day after', { check: 'redis.topology', reason: 'pilot', until: '2026-11-21' }, 'fail', 'fail', false],
  ['only by its own id', { check: 'redis.agent-backend', reason: 'pilot' }, 'fail', 'fail', false],
  ['a warning shows the reason', { check: 'redis.topology', reason: 'pilot' }, 'warn', 'warn', true],
  ['what was not seen cannot be accepted', { check: 'redis.topology', reason: 'pilot' }, 'unknown', 'unknown', false],
  ['nor is what is well', { check: 'redis.topology', reason: 'pilot' }, 'pass', 'pass', false],
])('%s', async (_, risk, status, expected, isAccepted) => {
  const result = await resultWith([risk], status);
  expect(result?.status).toBe(expected);
  expect(result?.accepted !== undefined).toBe(isAccepted);
});

it('says that the date is over', async () => {
  const result = await resultWith([{ check: 'redis.topology', reason: 'pilot', until: '2026-11-21' }], 'fail');
  expect(result).toMatchObject({
    message: 'one copy (the risk was accepted only until 2026-11-21)',
    notAccepted: 'the risk was accepted only until 2026-11-21',
  });
});

it('names accepted risks that accept nothing', () => {
  const check = acceptedRisks(() => ['redis.topology', 'host.cpu']);
  const risks = [
    { check: 'redis.topolgy', reason: 'pilot' },
    { check: 'host.cpu', reason: 'pilot', until: '2026-01-01' },
  ];
  const deployment = parsedDeployment({ ...sample, acceptedRisks: risks });
  expect(judged(check, { deployment })).toMatchObject({
    status: 'warn',
    message: 'unknown check redis.topolgy; did you mean redis.topology?\nhost.cpu was accepted only until 2026-01-01',
  });
});
