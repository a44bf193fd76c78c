import { expect, test } from 'vitest';
import { parseUrl } from '../../src/base/url.ts';

test('letters beyond ASCII stay valid after V8 has optimized the function', () => {
  const hosts = new Set<string | undefined>();
  for (let turn = 0; turn < 50_000; turn += 1) {
    hosts.add(parseUrl('https://dify.example')?.hostname);
    hosts.add(parseUrl('https://dify.bücher.example')?.hostname);
  }
  expect([...hosts]).toEqual(['dify.example', 'dify.xn--bcher-kva.example']);
});

test('what is not a URL is undefined', () => {
  expect(parseUrl('dify.example')).toBeUndefined();
});
