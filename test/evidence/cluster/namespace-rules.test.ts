import { describe, expect, it } from 'vitest';
import { quotaFact, rangeFacts } from '../../../src/evidence/cluster/limits.ts';
import { podDemands } from '../../../src/evidence/rendered/demands.ts';

describe('a quota', () => {
  const quota = (spec: object) => ({
    metadata: { name: 'team' },
    spec: { hard: { pods: '10' }, ...spec },
    status: {
      hard: { pods: '10', 'requests.cpu': '4', 'limits.memory': '8Gi' },
      used: { pods: '3', 'requests.cpu': '1500m' },
    },
  });
  it('is read as numbers', () => {
    expect(quotaFact(quota({}))).toEqual({
      name: 'team',
      hard: { pods: 10, 'requests.cpu': 4, 'limits.memory': 8 * 2 ** 30 },
      used: { pods: 3, 'requests.cpu': 1.5 },
    });
  });
  it.each([
    [{ scopes: ['NotTerminating'] }, true],
    [{ scopes: ['BestEffort'] }, false],
    [{ scopes: ['Terminating'] }, false],
    [{ scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass' }] } }, false],
  ])('of scope %j counts these pods: %s', (spec, counts) => {
    expect(quotaFact(quota(spec)) !== undefined).toBe(counts);
  });
});

it('a limit range is one fact a line', () => {
  const limits = [
    { type: 'Container', max: { cpu: '2' }, default: { memory: '1Gi' }, defaultRequest: { cpu: '100m' } },
    { type: 'Pod', min: { cpu: '10m' } },
  ];
  expect(rangeFacts({ metadata: { name: 'team' }, spec: { limits } })).toEqual([
    {
      name: 'team',
      type: 'Container',
      min: {},
      max: { cpu: 2 },
      defaults: { memory: 2 ** 30 },
      defaultRequests: { cpu: 0.1 },
    },
    { name: 'team', type: 'Pod', min: { cpu: 0.01 }, max: {}, defaults: {}, defaultRequests: {} },
  ]);
});

describe('what Pod Security refuses', () => {
  const good = {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const pod = (securityContext: object, more: object = {}) =>
    podDemands({ spec: { containers: [{ name: 'a', securityContext, ...more }] } });

  it.each<[string, ReturnType<typeof podDemands>, readonly string[], readonly string[]]>([
    ['nothing', pod(good), [], []],
    [
      'said for the whole pod',
      podDemands({
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [{ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
        },
      }),
      [],
      [],
    ],
    [
      'all that is left unsaid',
      pod({}),
      [],
      ['may run as root', 'privilege escalation not forbidden', 'capabilities not dropped', 'no seccomp profile'],
    ],
    ['root by number', pod({ ...good, runAsUser: 0 }), [], ['may run as root']],
    ['privileged', pod({ ...good, privileged: true }), ['privileged containers'], ['privileged containers']],
    [
      'a capability within baseline',
      pod({ ...good, capabilities: { drop: ['ALL'], add: ['SYS_CHROOT'] } }),
      [],
      ['capabilities not dropped'],
    ],
    [
      'a capability beyond it',
      pod({ ...good, capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }),
      ['capability SYS_ADMIN'],
      ['capability SYS_ADMIN', 'capabilities not dropped'],
    ],
    ['a port of the host', pod(good, { ports: [{ containerPort: 80, hostPort: 80 }] }), ['host ports'], ['host ports']],
    [
      'the host itself',
      podDemands({ spec: { hostNetwork: true, volumes: [{ name: 'v', hostPath: { path: '/' } }] } }),
      ['hostNetwork', 'hostPath volumes'],
      ['hostNetwork', 'hostPath volumes'],
    ],
    [
      'a volume beyond restricted',
      podDemands({ spec: { volumes: [{ name: 'v', nfs: { server: 'x', path: '/' } }] } }),
      [],
      ['nfs volumes'],
    ],
    [
      'an init container too',
      podDemands({ spec: { initContainers: [{ securityContext: { ...good, privileged: true } }] } }),
      ['privileged containers'],
      ['privileged containers'],
    ],
  ])('%s', (_, demands, baseline, restricted) => {
    expect([demands.baseline, demands.restricted]).toEqual([baseline, restricted]);
  });
});
