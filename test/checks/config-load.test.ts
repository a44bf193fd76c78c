import { describe, expect, test } from 'vitest';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const PROD = SAMPLE_FILES['prod-kubernetes-s3-qdrant'] as JsonObject;
const COMPOSE = SAMPLE_FILES['test-compose-bundled'] as JsonObject;
const FIGURE = 'by Alibaba Cloud SAE for 100 requests per second, one request of each user every 10 s';

function verdict(over: JsonObject, base = PROD) {
  const deployment = parsedDeployment(deepMerge(base, over) as JsonObject);
  const { status, message, remedy } = judged(checkOf('config.load'), { deployment });
  return status === 'pass' ? [status, message] : [status, message, remedy];
}

describe('config.load', () => {
  test.each<[string, JsonObject, readonly string[]]>([
    [
      'replicas that follow from the load',
      { load: { concurrentUsers: 250 } },
      ['pass', `4 × api with 1 core serve about 250 users at once (${FIGURE})`],
    ],
    [
      'fewer replicas in the file',
      { load: { concurrentUsers: 250 }, components: { api: { replicas: 3 } } },
      [
        'warn',
        `3 × api with 1 core serve about 187 users at once, fewer than load.concurrentUsers (250); ${FIGURE}`,
        'set components.api.replicas to 4',
      ],
    ],
    [
      'a lower maximum in the file',
      { load: { concurrentUsers: 250 }, components: { api: { autoscaling: { maxReplicas: 3 } } } },
      [
        'warn',
        `3 × api with 1 core serve about 187 users at once, fewer than load.concurrentUsers (250); ${FIGURE}`,
        'set components.api.autoscaling.maxReplicas to 4',
      ],
    ],
    [
      'several processes in each replica',
      { load: { concurrentUsers: 250 }, components: { api: { extraEnv: { SERVER_WORKER_AMOUNT: 4 } } } },
      ['pass', `1 × pluginDaemon with 2 cores serve about 250 users at once (${FIGURE})`],
    ],
    [
      'a plugin daemon, which does not scale out',
      { load: { concurrentUsers: 400 } },
      [
        'warn',
        `1 × pluginDaemon with 2 cores serve about 250 users at once, fewer than load.concurrentUsers (400); ${FIGURE}`,
        'set components.pluginDaemon.resources.limits.cpu to 4',
      ],
    ],
  ])('judges %s', (_, over, expected) => {
    expect(verdict(over)).toEqual(expected);
  });

  test('only notes it in test', () => {
    expect(verdict({ load: { concurrentUsers: 200 }, components: { api: { replicas: 1 } } }, COMPOSE)[0]).toBe('pass');
  });

  test('counts the workers of pools as workers', () => {
    const worker = { replicas: 3, pools: { dataset: { queues: ['dataset'], replicas: 3 } } };
    const both = verdict({
      load: { concurrentUsers: 6000 },
      components: { worker, pluginDaemon: { resources: { limits: { cpu: '48' } } } },
    });
    expect(both[0]).toBe('pass');
  });
});
