import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { span } from '../../src/base/duration.ts';
import { deepMerge, type Json, type JsonObject } from '../../src/base/json.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { partsOf, serialAvailability } from '../../src/recovery/availability.ts';
import { documentsWithin, rebuildDuration, restoreDuration } from '../../src/recovery/durations.ts';
import { type Disaster, lossesIn, type Standby, worstLoss } from '../../src/recovery/losses.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const seconds = fc.integer({ min: 1, max: 60 * 86_400 });
const disaster = fc.constantFrom<Disaster>('machine', 'corruption');
const standby = fc.constantFrom<Standby>('synchronous', 'declared', 'asynchronous', 'none', 'unseen');
const method = fc.constantFrom('dump', 'snapshot', 'pitr', 'replica');

function deploymentWith(recovery: JsonObject): Deployment {
  const patch: Json = {
    recovery: { ...recovery, postgres: { retention: '99d', ...(recovery.postgres as JsonObject) } },
  };
  return parsedDeployment(deepMerge(SAMPLE_FILES['prod-kubernetes-s3-qdrant'], patch) as JsonObject);
}

function loss(what: Disaster, deployment: Deployment, seen: Standby): number {
  return worstLoss(lossesIn(what, deployment, seen)) ?? Number.POSITIVE_INFINITY;
}

describe('the arithmetic', () => {
  test('a shorter interval never loses more', () => {
    fc.assert(
      fc.property(disaster, standby, method, seconds, seconds, (what, seen, by, a, b) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)];
        const every = (interval: number) => deploymentWith({ postgres: { method: by, interval: `${interval}s` } });
        expect(loss(what, every(short), seen)).toBeLessThanOrEqual(loss(what, every(long), seen));
      }),
    );
  });

  test('a scheduled backup loses its interval and its duration, to the second', () => {
    fc.assert(
      fc.property(seconds, seconds, (interval, duration) => {
        const postgres = { method: 'dump', interval: `${interval}s`, duration: `${duration}s` };
        expect(loss('corruption', deploymentWith({ postgres }), 'none')).toBe(interval + duration);
      }),
    );
  });

  test('a second server never makes a loss worse, and never restores data deleted by mistake', () => {
    fc.assert(
      fc.property(standby, method, seconds, (seen, by, interval) => {
        const deployment = deploymentWith({ postgres: { method: by, interval: `${interval}s` } });
        expect(loss('machine', deployment, seen)).toBeLessThanOrEqual(loss('machine', deployment, 'none'));
        expect(loss('corruption', deployment, seen)).toBe(loss('corruption', deployment, 'none'));
      }),
    );
  });

  test('a deployment loses what its worst store loses', () => {
    fc.assert(
      fc.property(seconds, seconds, (database, vectors) => {
        const deployment = deploymentWith({
          postgres: { method: 'pitr', interval: `${database}s` },
          vectorStore: { strategy: 'snapshot', interval: `${vectors}s` },
        });
        expect(loss('corruption', deployment, 'none')).toBe(Math.max(database, vectors));
      }),
    );
  });

  test('more data never restores sooner, and a size that fits a time fits it', () => {
    const plan = deploymentWith({}).recovery ?? {};
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.nat(2 ** 40), (a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        expect(restoreDuration(plan, small).seconds).toBeLessThanOrEqual(restoreDuration(plan, large).seconds);
      }),
    );
    fc.assert(
      fc.property(seconds, (time) => {
        expect(rebuildDuration(documentsWithin(time)).seconds).toBeLessThanOrEqual(time);
        expect(rebuildDuration(documentsWithin(time) + 1).seconds).toBeGreaterThan(time);
      }),
    );
  });

  test('parts in series are at most as available as the weakest', () => {
    const part = fc.record({
      service: fc.constantFrom('postgres' as const, 'redis' as const),
      by: fc.constantFrom('aws-rds', 'aurora', 'memorystore', 'elasticache', 'somebody'),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(part, { maxLength: 3 }), (zones, managed) => {
        const parts = partsOf({ target: 'kubernetes', zones, singleReplica: ['beat'], managed });
        const weakest = Math.min(...parts.map(({ percent }) => percent));
        expect(serialAvailability(parts)).toBeLessThanOrEqual(weakest + 1e-9);
      }),
    );
  });

  test.each([
    [0, '0s'],
    [90, '1m 30s'],
    [300, '5m'],
    [86_400 + 600, '1d 10m'],
    [100_000, '1d 3h'],
    [5083.2, '1h 24m'],
  ])('%i seconds read as %s', (given, words) => {
    expect(span(given)).toBe(words);
  });
});
