import { describe, expect, it } from 'vitest';
import { CLUSTER_ADMISSION } from '../../../src/evidence/cluster/admission.ts';
import type { Refusal } from '../../../src/evidence/cluster/dry-run.ts';
import { CLUSTER_NAMESPACE } from '../../../src/evidence/cluster/release.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { rendered } from '../../support/cluster-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';

const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
const POD = 'a pod of Deployment dify-api';

function result(refusals: readonly Refusal[], { enforces = '', asked = 40, namespaceExists = true } = {}) {
  const planned = rendered({ objects: [{ apiVersion: 'v1', kind: 'ServiceAccount', name: 'dify-api' }] });
  return judged(checkOf('cluster.admission'), {
    deployment,
    seen: [
      [CLUSTER_ADMISSION, { namespaceExists, asked, refusals }],
      [RENDERED_OBJECTS, planned],
      [CLUSTER_NAMESPACE, { name: 'dify', exists: true, phase: 'Active', enforces }],
    ],
  });
}

const refusal = (text: string, over: Partial<Refusal> = {}): Refusal => ({
  object: 'Deployment dify-api',
  reason: 'Forbidden',
  text,
  ...over,
});
const violates = refusal('pods "x" is forbidden: violates PodSecurity "restricted:latest": …', { object: POD });

describe('cluster.admission', () => {
  it.each<[string, readonly Refusal[], string, string]>([
    ['nothing refused', [], 'pass', '40 objects accepted'],
    [
      'a webhook',
      [refusal('admission webhook "v.kyverno.svc" denied the request: label owner is required', { reason: '' })],
      'fail',
      'webhook v.kyverno.svc says: label owner is required',
    ],
    [
      'a webhook that does not answer',
      [
        refusal('Internal error occurred: failed calling webhook "a.b": connection refused', {
          reason: 'InternalError',
        }),
      ],
      'fail',
      'connection refused',
    ],
    [
      'an invalid object',
      [refusal('spec.replicas: Invalid value: -1', { reason: 'Invalid' })],
      'fail',
      'spec.replicas',
    ],
    ['Pod Security by the default of the cluster', [violates], 'fail', 'violates PodSecurity'],
    [
      'a field that is not known',
      [refusal('strict decoding error: unknown field "spec.foo"', { reason: 'BadRequest', isDropped: true })],
      'warn',
      'Deployment dify-api: unknown field "spec.foo"',
    ],
    [
      'no right to make pods',
      [refusal('pods is forbidden: User "me" cannot create resource "pods" in API group ""', { object: POD })],
      'pass',
      'others were not checked: see cluster.permissions',
    ],
    [
      'a webhook that supports no dry run',
      [refusal('admission webhook "a.b" does not support dry run', { reason: 'BadRequest' })],
      'pass',
      'webhook a.b supports no dry run',
    ],
    [
      'a quota that another check judges',
      [
        refusal(
          'services "x" is forbidden: exceeded quota: team, requested: services=1, used: services=9, limited: services=9',
        ),
      ],
      'pass',
      '',
    ],
    [
      'a quota that no other check judges',
      [
        refusal(
          'services "x" is forbidden: exceeded quota: team, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0',
        ),
      ],
      'fail',
      'services.nodeports',
    ],
    [
      'a limit range for containers',
      [refusal('pods "x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 8Gi', { object: POD })],
      'pass',
      '',
    ],
    [
      'a limit range for whole pods, which no other check judges',
      [refusal('pods "x" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 8Gi', { object: POD })],
      'fail',
      'per Pod',
    ],
    [
      'a ServiceAccount that is made with the pods',
      [
        refusal(
          'pods "x" is forbidden: error looking up service account dify/dify-api: serviceaccount "dify-api" not found',
        ),
      ],
      'pass',
      '',
    ],
    [
      'a ServiceAccount that nobody makes',
      [refusal('pods "x" is forbidden: error looking up service account dify/other: serviceaccount "other" not found')],
      'fail',
      'serviceaccount "other" not found',
    ],
  ])('%s', (_, refusals, status, words) => {
    const found = result(refusals);
    expect(found.status).toBe(status);
    expect(found.message).toContain(words);
  });

  it('names a policy once, however many objects it refuses', () => {
    const text = `x is forbidden: ValidatingAdmissionPolicy 'owner' with binding 'owner' denied request: name a team`;
    const { message } = result(['api', 'web', 'worker'].map((name) => refusal(text, { object: `Deployment ${name}` })));
    expect(message.split('\n')).toHaveLength(2);
    expect(message).toContain('Deployment api, Deployment web and 1 more: policy owner says: name a team');
  });

  it('leaves the Pod Security level of the namespace to cluster.pod-security', () => {
    expect(result([violates], { enforces: 'restricted' }).status).toBe('pass');
  });

  it.each([
    ['there is no namespace', { namespaceExists: false, asked: 0 }, []],
    ['nothing could be asked', { asked: 1 }, [refusal('User "me" cannot create resource "deployments"')]],
  ])('is skipped where %s', (_, over, refusals) => {
    expect(result(refusals, over).status).toBe('skip');
  });
});
