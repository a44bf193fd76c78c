import { expect, test } from 'vitest';
import { base64Json } from '../../src/base/service-account.ts';

test('JSON is put into base64, base64 stays', () => {
  const text = '{"type":"service_account"}';
  const encoded = Buffer.from(text).toString('base64');
  expect(base64Json(`${text}\n`)).toBe(encoded);
  expect(base64Json(`${encoded}\n`)).toBe(encoded);
});
