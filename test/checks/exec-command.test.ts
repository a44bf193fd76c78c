import { expect, test } from 'vitest';
import { execInApi } from '../../src/checks/exec-command.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { sampleDeployment } from '../support/deployments.ts';

const kubernetes = sampleDeployment('test-kubernetes-bundled');
const LONG = 'a-release-name-that-leaves-no-room-for-the-name-of-the-chart';

test.each<[string, Partial<Deployment>, string]>([
  ['the chart’s name is in the release', {}, 'deploy/dify-api'],
  ['the chart’s name is added', { name: 'prod' }, 'deploy/prod-dify-api'],
  ['fullnameOverride', { extraValues: { fullnameOverride: 'llm' } }, 'deploy/llm-api'],
  ['nameOverride', { name: 'prod', extraValues: { nameOverride: 'ai' } }, 'deploy/prod-ai-api'],
  ['63 characters are kept', { name: LONG }, `deploy/${`${LONG}-dify`.slice(0, 63)}-api`],
])('the command for a container of the api names its Deployment: %s', (_title, over, named) => {
  expect(execInApi({ ...kubernetes, ...over } as Deployment)).toBe(`kubectl -n dify exec ${named} --`);
});

test('on Compose it names the project', () => {
  expect(execInApi(sampleDeployment('test-compose-bundled'))).toBe('docker compose -p dify exec api');
});
