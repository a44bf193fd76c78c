import { expect, test } from 'vitest';
import { nextStep } from '../../src/cli/status.ts';
import type { LiveRelease } from '../../src/targets/target.ts';

const worker = { name: 'dify-worker', desired: 3, restarts: 0, detail: '', simulated: false };
const live = (over: Partial<LiveRelease> = {}): LiveRelease => ({
  exists: true,
  status: 'deployed',
  revision: 1,
  workloads: [{ ...worker, ready: 3 }],
  drift: [],
  ...over,
});
const SCALED = {
  kind: 'Deployment',
  name: 'dify-worker',
  change: 'changed',
  path: 'spec.replicas',
  was: '3',
  is: '1',
} as const;
const late = live({ workloads: [{ ...worker, ready: 1 }] });

test.each([
  ['kubernetes', live({ exists: false }), undefined, /^difyctl install$/],
  ['kubernetes', live({ status: 'pending-upgrade' }), 'open', /takes over/],
  ['kubernetes', late, 'applied', /^kubectl describe and kubectl logs of dify-worker; then difyctl install$/],
  ['compose', late, 'applied', /^docker compose logs dify-worker; then difyctl install$/],
  ['kubernetes', { ...late, drift: [SCALED] }, 'applied', /^difyctl install undoes these changes/],
  ['kubernetes', live(), 'rolled-back', /rolled back: mend it/],
  ['kubernetes', live(), 'interrupted', /goes on where that run ended/],
  ['compose', live(), 'applied', /^difyctl plan/],
  ['compose', live(), undefined, /^difyctl plan/],
] as const)('on %s, %j with revision %s: the next step', (target, release, outcome, step) => {
  expect(nextStep(target, release, outcome === undefined ? undefined : { outcome })).toMatch(step);
});
