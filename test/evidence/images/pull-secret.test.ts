import { expect, it } from 'vitest';
import { ExternalError } from '../../../src/base/errors.ts';
import { pullSecretCollector } from '../../../src/evidence/images/pull-secret.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { collectContext } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { given } from '../../support/need.ts';

const deployment = parsedDeployment({
  ...SAMPLE_FILES['prod-kubernetes-s3-qdrant'],
  images: { registry: 'registry.example.com/dify', pullSecret: 'regcred' },
});

/** kubectl that answers every GET with this, or says that there is no such thing. */
function kubectl(object: object | undefined): Runner {
  return {
    run: async (_program, _args, options) => {
      if (object !== undefined) {
        options?.onStdout?.(Buffer.from(JSON.stringify(object)));
        return { exitCode: 0, stdout: '', stderr: '' };
      }
      throw new ExternalError('kubectl ended with exit code 1', {
        stderr: ['Error from server (NotFound): secrets "regcred" not found'],
      });
    },
  };
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64');
const auths = { 'https://registry.example.com': { username: 'u', password: 'planted' } };

it.each<[string, object | undefined, object]>([
  ['is not there', undefined, { exists: false, type: '', registries: [] }],
  [
    'is of today’s form',
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': encoded({ auths }) } },
    { exists: true, type: 'kubernetes.io/dockerconfigjson', registries: ['registry.example.com'] },
  ],
  [
    'is of the older form',
    { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': encoded(auths) } },
    { exists: true, type: 'kubernetes.io/dockercfg', registries: ['registry.example.com'] },
  ],
  ['holds nonsense', { type: 'Opaque', data: { x: 'eA==' } }, { exists: true, type: 'Opaque', registries: [] }],
])('a pull secret that %s', async (_, object, expected) => {
  const seen = await pullSecretCollector.collect(collectContext({ deployment, runner: kubectl(object) }), given());
  expect(seen).toEqual({ name: 'regcred', ...expected });
  expect(JSON.stringify(seen)).not.toContain('planted');
});
