import { describe, expect, it } from 'vitest';
import { type RefusedPlan, refuseMissingServer, refusePlan } from '../../../src/backup/restore/refuse-plan.ts';
import type { PlannedStep } from '../../../src/backup/restore/restore-plan.ts';
import { UserError } from '../../../src/base/errors.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const EMPTY: PlannedStep = {
  ...{ step: 'postgres-main', what: 'database dify at pg:5432', bytes: 10, status: 'to-do' },
  ...{ observed: 'is empty', occupied: false },
};
const FULL: PlannedStep = { ...EMPTY, observed: 'has 132 tables', occupied: true, renamedTo: 'dify_before_1' };
const BLOCKED: PlannedStep = { ...FULL, problem: '2 connections to dify: stop every client first' };

function refusal(
  steps: readonly PlannedStep[],
  who: Parameters<typeof refusePlan>[1],
  writers: readonly string[] = [],
) {
  const plan: RefusedPlan = {
    set: 'dify-1',
    deployment: 'dify',
    steps,
    writers,
    stop: 'docker compose -p dify stop api',
  };
  try {
    refusePlan(plan, who);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.message, ...error.problems.map(({ path, message }) => `${path}: ${message}`), ...error.next];
  }
}

const NOBODY = { byName: false, mayAsk: false };

describe('a planned restore', () => {
  it('begins in an empty place', () => {
    expect(refusal([EMPTY], NOBODY)).toBeUndefined();
  });

  it.each([
    ['named', { byName: true, mayAsk: false }],
    ['can be asked', { byName: false, mayAsk: true }],
  ])('begins over data if the operator %s', (_, who) => {
    expect(refusal([FULL], who)).toBeUndefined();
  });

  it('is refused over data that the operator did not name', () => {
    expect(refusal([EMPTY, FULL], NOBODY)).toEqual([
      'the place of the restore is not empty; nothing was changed',
      'postgres-main: database dify at pg:5432 has 132 tables',
      'difyctl restore dify-1 --yes --name dify restores over it: databases and folders are renamed, not deleted',
    ]);
  });

  it('is refused if a step cannot run, also if the operator named the deployment', () => {
    expect(refusal([BLOCKED], { byName: true, mayAsk: false })).toEqual([
      'the restore cannot begin; nothing was changed',
      'postgres-main: 2 connections to dify: stop every client first',
      'docs/restore.md lists what a role needs',
      'difyctl restore --dry-run shows the plan',
    ]);
  });

  it('is refused with what a person does about the problem', () => {
    const blocked: PlannedStep = {
      ...EMPTY,
      step: 'vectors',
      problem: 'no database vectors',
      next: ['createdb vectors'],
    };
    expect(refusal([blocked], NOBODY)).toEqual([
      'the restore cannot begin; nothing was changed',
      ...['vectors: no database vectors', 'createdb vectors'],
      ...['docs/restore.md lists what a role needs', 'difyctl restore --dry-run shows the plan'],
    ]);
  });

  it('is refused while Dify runs', () => {
    expect(refusal([EMPTY], { byName: true, mayAsk: true }, ['api', 'worker'])).toEqual([
      'Dify runs (api, worker) and would write while its data is restored',
      'docker compose -p dify stop api',
    ]);
  });
});

describe('the bundled PostgreSQL of a chart', () => {
  it('is installed before its data is restored', () => {
    const bundled = parsedDeployment(SAMPLE_FILES['test-kubernetes-bundled']);
    expect(() => refuseMissingServer(bundled, 'dify-1', false)).toThrow(
      'the bundled PostgreSQL is installed only together with Dify; nothing was changed',
    );
    expect(() => refuseMissingServer(bundled, 'dify-1', true)).not.toThrow();
  });

  it.each(['prod-kubernetes-s3-qdrant', 'test-compose-bundled'] as const)('is not needed by %s', (sample) => {
    const deployment = parsedDeployment(SAMPLE_FILES[sample]);
    expect(() => refuseMissingServer(deployment, 'dify-1', false)).not.toThrow();
  });
});
