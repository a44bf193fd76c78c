import { expect, test } from 'vitest';
import { execInApi } from '../../src/checks/exec-command.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { RENDERED_OBJECTS } from '../../src/evidence/rendered/set.ts';
import { type JudgeInput, judged, sampleCheck } from '../support/check-runs.ts';
import { sampleDeployment } from '../support/deployments.ts';

/** The command as a check of this deployment writes it. */
function execIn(deployment: Deployment, seen: JudgeInput['seen'] = []): string {
  const check = sampleCheck({
    id: 'app.x',
    optional: [RENDERED_OBJECTS],
    judge: (context) => ({ status: 'pass', observed: '', expected: '', message: execInApi(context) }),
  });
  return judged(check, { deployment, seen }).message;
}

const kubernetes = sampleDeployment('test-kubernetes-bundled');
const LONG = 'a-release-name-that-leaves-no-room-for-the-name-of-the-chart';

test.each<[string, Partial<Deployment>, string]>([
  ['the chart’s name is in the release', {}, 'deploy/dify-api'],
  ['the chart’s name is added', { name: 'prod' }, 'deploy/prod-dify-api'],
  ['fullnameOverride', { extraValues: { fullnameOverride: 'llm' } }, 'deploy/llm-api'],
  ['nameOverride', { name: 'prod', extraValues: { nameOverride: 'ai' } }, 'deploy/prod-ai-api'],
  ['63 characters are kept', { name: LONG }, `deploy/${`${LONG}-dify`.slice(0, 63)}-api`],
])('the command for a container of the api names its Deployment: %s', (_title, over, named) => {
  expect(execIn({ ...kubernetes, ...over } as Deployment)).toBe(`kubectl -n dify exec ${named} --`);
});

const withChart = (chart: unknown) =>
  ({ ...kubernetes, name: 'prod', target: { ...kubernetes.target, chart } }) as Deployment;

test('a chart in a registry has its name from the address', () => {
  const chart = { oci: 'oci://registry.example/charts/acme-dify' };
  expect(execIn(withChart(chart))).toBe('kubectl -n dify exec deploy/prod-acme-dify-api --');
});

test('a chart in a folder has its name from the rendered set', () => {
  const set = { workloads: [{ component: 'api', name: 'prod-llm-api' }] };
  expect(execIn(withChart({ path: './chart' }), [[RENDERED_OBJECTS, set]])).toBe(
    'kubectl -n dify exec deploy/prod-llm-api --',
  );
  expect(execIn(withChart({ path: './chart' }))).toBe('kubectl -n dify exec deploy/prod-dify-api --');
});

test('on Compose the command names the project', () => {
  expect(execIn(sampleDeployment('test-compose-bundled'))).toBe('docker compose -p dify exec api');
});
