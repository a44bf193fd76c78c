import { describe, expect, test } from 'vitest';
import { pendingLines, readinessLine, workloadDetail } from '../../../src/targets/kubernetes/status-text.ts';
import { workloadNames, workloadViews } from '../../../src/targets/kubernetes/workloads.ts';

const labels = { component: 'api', 'app.kubernetes.io/instance': 'dify' };

function deployment(status: object, replicas = 2): object {
  return {
    kind: 'Deployment',
    metadata: { name: 'dify-api', generation: 2 },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels } } },
    status: { observedGeneration: 2, ...status },
  };
}

function pod(status: object, metadata: object = {}): object {
  return {
    kind: 'Pod',
    metadata: { name: 'dify-api-1', labels, creationTimestamp: '2026-11-22T12:00:00Z', ...metadata },
    spec: { nodeName: 'node-1' },
    status: { phase: 'Running', ...status },
  };
}

const NAMES = new Set(['Deployment/dify-api', 'StatefulSet/dify-db', 'DaemonSet/dify-agent']);
const view = (...items: readonly object[]) => workloadViews({ items }, NAMES);
const READY = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

describe('a workload has settled', () => {
  test.each([
    ['a Deployment with all replicas new and available', deployment(READY), true],
    ['whose newest template was not looked at yet', deployment({ ...READY, observedGeneration: 1 }), false],
    ['with one of the old template left', deployment({ ...READY, replicas: 3 }), false],
    ['with one unavailable', deployment({ ...READY, availableReplicas: 1 }), false],
    ['scaled to nothing', deployment({}, 0), true],
    [
      'a StatefulSet whose two revisions are one',
      {
        kind: 'StatefulSet',
        metadata: { name: 'dify-db', generation: 1 },
        spec: { replicas: 1 },
        status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, currentRevision: 'a', updateRevision: 'a' },
      },
      true,
    ],
    [
      'a StatefulSet in the middle of an update',
      {
        kind: 'StatefulSet',
        metadata: { name: 'dify-db', generation: 1 },
        spec: { replicas: 2 },
        status: {
          observedGeneration: 1,
          replicas: 2,
          readyReplicas: 2,
          updatedReplicas: 1,
          currentRevision: 'a',
          updateRevision: 'b',
        },
      },
      false,
    ],
    [
      'a DaemonSet on all its nodes',
      {
        kind: 'DaemonSet',
        metadata: { name: 'dify-agent', generation: 1 },
        status: { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
      },
      true,
    ],
  ])('%s: %s', (_, item, settled) => {
    expect(view(item)).toMatchObject([{ settled }]);
  });

  test('only workloads of the release count', () => {
    const other = { ...deployment(READY), metadata: { name: 'somebody-else' } };
    expect(view(other)).toEqual([]);
    const objects = [
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'dify-api' } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'dify-api' } },
    ];
    expect([...workloadNames(objects)]).toEqual(['Deployment/dify-api']);
  });
});

const waiting = (reason: string, message = '', more: object = {}) => ({
  containerStatuses: [{ name: 'api', ready: false, restartCount: 5, state: { waiting: { reason, message } }, ...more }],
});
const since = { startedAt: '2026-11-22T12:03:41Z' };

describe('the reason why a pod is not ready', () => {
  test.each([
    [
      'no node takes it',
      {
        conditions: [
          { type: 'PodScheduled', status: 'False', message: '0/6 nodes are available: 6 Insufficient cpu.' },
        ],
      },
      'no node can run a pod: 0/6 nodes are available: 6 Insufficient cpu.',
    ],
    ['it crashes', waiting('CrashLoopBackOff', 'back-off 40s'), 'CrashLoopBackOff, 5 restarts: back-off 40s'],
    [
      'its image is not there',
      {
        containerStatuses: [
          {
            name: 'api',
            restartCount: 0,
            state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling' } },
          },
        ],
      },
      'ImagePullBackOff: Back-off pulling',
    ],
    [
      'its node has only begun',
      { containerStatuses: [{ name: 'api', restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } }] },
      'creating the container on node-1',
    ],
    [
      'it starts, and the api migrates first',
      { containerStatuses: [{ name: 'api', ready: false, restartCount: 0, state: { running: since } }] },
      'migration and start-up since 12:03:41',
    ],
    [
      'an init container runs',
      {
        initContainerStatuses: [{ name: 'wait', restartCount: 0, state: { running: since } }],
        containerStatuses: [{ name: 'api', state: { waiting: { reason: 'PodInitializing' } } }],
      },
      'waiting in init container wait since 12:03:41',
    ],
    [
      'an init container fails',
      {
        initContainerStatuses: [
          { name: 'wait', restartCount: 0, state: { terminated: { exitCode: 2, reason: 'Error' } } },
        ],
      },
      'Error: exit code 2',
    ],
    [
      'its node went away',
      {
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [{ name: 'api', ready: true, restartCount: 0, state: { running: since } }],
      },
      'containers are ready but the pod is not; check node node-1',
    ],
  ])('%s', (_, status, detail) => {
    const [found] = view(deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }), pod(status));
    expect(found === undefined ? '' : workloadDetail(found)).toBe(detail);
  });

  test('is the error of the controller if it could not create the pod', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }];
    const [found] = view(deployment({ conditions }));
    expect(found === undefined ? '' : workloadDetail(found)).toBe('exceeded quota');
  });

  test('is undefined for a pod that terminates', () => {
    const leaving = pod(waiting('CrashLoopBackOff'), { deletionTimestamp: '2026-11-22T12:00:00Z' });
    expect(view(deployment({}), leaving)).toMatchObject([{ pods: [] }]);
  });
});

test('the line of a wait has late workloads first, and each reason once', () => {
  const late = deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 });
  const creating = {
    containerStatuses: [{ name: 'api', restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } }],
  };
  const web = { ...deployment(READY), metadata: { name: 'dify-web', generation: 2 } };
  const views = workloadViews(
    { items: [web, late, pod(creating), pod(creating, { name: 'dify-api-2' })] },
    new Set(['Deployment/dify-api', 'Deployment/dify-web']),
  );
  expect(readinessLine(views)).toBe('api 1/2  api 2/2');
  expect(pendingLines(views, new Map())).toEqual(['api: creating the container on node-1']);
  const pulling = new Map([['dify-api-1', 'langgenius/dify-api:1.16.1']]);
  expect(pendingLines(views, pulling)).toContain('api: pulling langgenius/dify-api:1.16.1 on node-1');
});
