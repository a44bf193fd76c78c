/**
 * Secrets that upstream publishes and that therefore protect nothing: values.yaml of the community chart up to 0.38.0-rc2, and upstream's
 * docker/.env.example and compose files up to 1.17 (langgenius/dify).
 */
const PUBLISHED_DEFAULTS: ReadonlySet<string> = new Set([
  'sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U',
  'QaHbTe77CtuXmsfyhR7+vRjI/+XbV1AaFy691iy+kGDv2Jvy0/eAh8Y1',
  'lYkiYYT6owG+71oLerGzA7GXCgOT++6ovaezWAjpCjf+Sjc3ZtU+qUEi',
  'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY',
  'WVF5YThaHlkYwhGUSmCRgsX3tD5ngdN8pkih',
  'dify-sandbox',
  'dify-agent-run-token-for-dev-only',
  'difyai123456',
  'Difyai123456',
  'Dify@123',
  'Dify@1234',
  'Dify123456',
  'ak-difyai',
  'sk-difyai',
  'Qazwsxedc!@#123',
  'minioadmin',
  'elastic',
  'admin',
  'password',
  'dify',
  'xxxx',
]);

/** Placeholders that upstream's files ask to be replaced: `your-bucket-secret`, `<your_account_key>`. */
const PLACEHOLDER = /^<?your[-_ ]/i;

/** True for a value that anybody can look up. */
export function isPublishedDefault(value: string): boolean {
  return PUBLISHED_DEFAULTS.has(value) || PLACEHOLDER.test(value);
}
