import { expect, test } from 'vitest';
import { base64Json } from '../../src/base/service-account.ts';

test('JSON is encoded in base64, base64 is unchanged', () => {
  const text = '{"type":"service_account"}';
  const encoded = Buffer.from(text).toString('base64');
  expect(base64Json(`${text}\n`)).toBe(encoded);
  expect(base64Json(`${encoded}\n`)).toBe(encoded);
});
