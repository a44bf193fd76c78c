import { expect, test } from 'vitest';
import { type PodEvent, pullingImages } from '../../../src/targets/kubernetes/pod-events.ts';

const event = (pod: string, reason: string, message = ''): PodEvent => ({
  pod,
  reason,
  message,
  warning: false,
  time: '',
});

test('an image is being pulled from the event Pulling until the event that ends it', () => {
  const pulling = event('a', 'Pulling', 'Pulling image "langgenius/dify-api:1.16.1"');
  expect(pullingImages([pulling]).get('a')).toBe('langgenius/dify-api:1.16.1');
  expect(pullingImages([pulling, event('a', 'Pulled')]).size).toBe(0);
  expect(pullingImages([pulling, event('a', 'Failed'), pulling]).size).toBe(1);
  expect([...pullingImages([pulling, event('b', 'Pulled')]).keys()]).toEqual(['a']);
});
