import { expect, it } from 'vitest';
import { ownDrill, vectorScratch } from '../../../src/backup/drill/vector-scratch.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const DRILL = 'difyctl_drill_0a1b2c3d';
const FILE = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const deployment = parsedDeployment(FILE);

it('the name of restored vectors is that of the drill and of its deployment', () => {
  const name = vectorScratch(deployment, DRILL);
  expect(name).toMatch(/^difyctl_drill_[0-9a-f]{8}_0a1b2c3d$/);
  expect(ownDrill(deployment, name)).toBe(DRILL);
  expect(vectorScratch(parsedDeployment(FILE), DRILL)).toBe(name);
});

it.each([
  ['of another name', { name: 'another' }],
  ['at another address', { urls: { ...deployment.urls, console: 'https://another.example.com' } }],
])('a deployment %s does not take them for its own', (_, other) => {
  expect(ownDrill(deployment, vectorScratch({ ...deployment, ...other }, DRILL))).toBeUndefined();
});

it.each(['difyctl_drill_0a1b2c3d', 'difyctl_drill_0a1b2c3d_x', 'other'])('%s is of no deployment', (name) => {
  expect(ownDrill(deployment, name)).toBeUndefined();
});

it('a name that is not of a drill is refused', () => {
  expect(() => vectorScratch(deployment, 'dify')).toThrow('dify is not the name of a drill');
});
