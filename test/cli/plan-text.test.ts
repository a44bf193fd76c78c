import { expect, test } from 'vitest';
import { changeLines, kindLines, placeLines } from '../../src/cli/plan-text.ts';
import type { Draft } from '../../src/install/draft.ts';
import { countChanges } from '../../src/install/install.ts';
import type { Change } from '../../src/targets/target.ts';

const style = { color: false, unicode: true, width: 80 };
const made = (kind: string, count: number): readonly Change[] =>
  Array.from({ length: count }, (_, at) => ({ action: 'create' as const, kind, name: `${at}` }));

const changes: readonly Change[] = [
  ...made('Deployment', 9),
  ...made('NetworkPolicy', 4),
  ...made('Ingress', 2),
  { action: 'change', kind: 'ConfigMap', name: 'dify-api', paths: ['data.LOG_LEVEL'] },
  { action: 'delete', kind: 'Service', name: 'old' },
];
const draft = {
  plan: { changes, digest: '', touchesRelease: true },
  place: {
    facts: [
      { name: 'context', value: 'prod-eu' },
      { name: 'server', value: 'https://10.2.0.1:6443' },
      { name: 'namespace', value: 'dify' },
    ],
  },
} as unknown as Draft;

test('a plan in numbers', () => {
  expect(countChanges(changes)).toBe('15 to create, 1 to change, 1 to delete');
  expect(countChanges([])).toBe('nothing to change');
});

test('a plan by kinds, in the plural of each', () => {
  expect(kindLines(draft, style).join(' ').replace(/\s+/g, ' ').trim()).toBe(
    '+ 9 Deployments + 4 NetworkPolicies + 2 Ingresses ~ 1 ConfigMap - 1 Service',
  );
});

test('the place, and every object with its paths on request', () => {
  expect(placeLines(draft, style)).toEqual(['  context prod-eu · https://10.2.0.1:6443 · namespace dify']);
  expect(changeLines(changes.slice(-2), style, true)).toEqual([
    '    ~ ConfigMap dify-api',
    '        data.LOG_LEVEL',
    '    - Service old',
  ]);
  expect(changeLines(changes.slice(-2), style, false)).toHaveLength(2);
});
