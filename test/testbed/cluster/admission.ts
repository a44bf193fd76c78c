import type { Api } from '../../../src/rehearsal/plane/api.ts';
import { poll } from '../../../src/rehearsal/plane/poll.ts';

const GROUP = 'admissionregistration.k8s.io';
const POLICIES = `/apis/${GROUP}/v1/mutatingadmissionpolicies`;
const BINDINGS = `/apis/${GROUP}/v1/mutatingadmissionpolicybindings`;

type Pairs = Readonly<Record<string, string>>;

/**
 * Makes the API server add annotations to pods that are created from now on with these labels, by any client. Uses a
 * mutating admission policy. Returns a function that removes the policy.
 */
export async function annotatePods(api: Api, labels: Pairs, annotations: Pairs): Promise<() => Promise<void>> {
  const name = `testbed-${Date.now()}-${Object.values(labels).join('-')}`.toLowerCase().replace(/[^a-z0-9-]/g, '-');
  const pairs = Object.entries(annotations).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const expression = `Object{metadata: Object.metadata{annotations: {${pairs.join(', ')}}}}`;
  const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] };
  await api.create(POLICIES, {
    apiVersion: `${GROUP}/v1`,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [rule], objectSelector: { matchLabels: labels } },
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
    },
  });
  await api.create(BINDINGS, {
    apiVersion: `${GROUP}/v1`,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name },
  });
  await untilInForce(api, labels, annotations);
  return async (): Promise<void> => {
    await api.delete(`${BINDINGS}/${name}`);
    await api.delete(`${POLICIES}/${name}`);
  };
}

/** Waits until admission uses the new policy. Tests it with a pod that is never stored (dry run). */
async function untilInForce(api: Api, labels: Pairs, annotations: Pairs): Promise<void> {
  const probe = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'testbed-probe', labels },
    spec: { containers: [{ name: 'probe', image: 'probe' }], automountServiceAccountToken: false },
  };
  await poll('the admission policy is in force', async () => {
    const pod = (await api.create('/api/v1/namespaces/default/pods?dryRun=All', probe)) as {
      readonly metadata: { readonly annotations?: Pairs };
    };
    const isSet = ([key, value]: [string, string]): boolean => pod.metadata.annotations?.[key] === value;
    return Object.entries(annotations).every(isSet) ? true : undefined;
  });
}
