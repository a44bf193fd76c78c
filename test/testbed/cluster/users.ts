import { planeUsers, type Tokens } from '../../../src/rehearsal/plane/credentials.ts';

/** The users of a testbed: those of its control plane, and those of the real nodes. */
export const TESTBED_USERS = {
  ...planeUsers('testbed'),
  kubelet1: { user: 'system:node:real-1', groups: ['system:nodes'] },
  kubelet2: { user: 'system:node:real-2', groups: ['system:nodes'] },
  kubeProxy: { user: 'system:kube-proxy', groups: [] },
  coredns: { user: 'testbed-coredns', groups: ['system:masters'] },
};

export type TestbedTokens = Tokens<keyof typeof TESTBED_USERS>;
