import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { isObject, type Json, type JsonObject } from '../../src/base/json.ts';
import { FLAG_TABLE } from '../../src/deployment/flag-table.ts';
import { deploymentJsonSchema } from '../../src/deployment/json-schema.ts';
import { describe as meaning } from '../../src/deployment/schema/descriptions.ts';
import { SAMPLE_FILES, SAMPLE_NAMES } from '../support/deployments.ts';

const validate = new Ajv({ strict: false, validateFormats: false }).compile(deploymentJsonSchema());

describe('the JSON Schema', () => {
  it.each(SAMPLE_NAMES)('accepts %s', (name) => {
    validate(SAMPLE_FILES[name]);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['a misspelt section', { postgress: {} }],
    ['a misspelt key', { postgres: { mode: 'external', hots: 'db', password: { env: 'A' } } }],
    ['a secret in the open', { postgres: { mode: 'external', host: 'db', password: 'hunter2' } }],
    ['a choice that is none', { tier: 'production' }],
    ['a number in quotes', { target: { type: 'compose', httpPort: '80' } }],
    [
      'a block of another provider',
      { vectorStore: { mode: 'external', provider: 'qdrant', weaviate: { url: 'http://w' } } },
    ],
    ['Redis Cluster', { redis: { mode: 'external', topology: 'cluster', host: 'r' } }],
  ])('refuses %s', (_title, change) => {
    expect(validate({ ...SAMPLE_FILES['test-compose-bundled'], ...change })).toBe(false);
  });

  it('does not require fields that have a tier default', () => {
    const { mode: _mode, ...postgres } = SAMPLE_FILES['prod-kubernetes-s3-qdrant'].postgres as JsonObject;
    expect(validate({ ...SAMPLE_FILES['prod-kubernetes-s3-qdrant'], postgres })).toBe(true);
  });

  it('describes every field', () => {
    const silent = FLAG_TABLE.flatMap(({ paths }) => paths).filter((path) => meaning(path.split('.')) === undefined);
    expect(silent).toEqual([]);
    const properties = propertiesOf(deploymentJsonSchema());
    expect(properties.length).toBeGreaterThan(200);
    expect(
      properties
        .filter(([name, schema]) => isObject(schema) && !('description' in schema) && !SELF_EVIDENT.has(name))
        .map(([name]) => name),
    ).toEqual([]);
  });
});

/** Parts of a secret reference. */
const SELF_EVIDENT = new Set(['env', 'file', 'kubernetes', 'external', 'generated', 'name', 'key', 'property']);

function propertiesOf(schema: Json): readonly (readonly [string, Json])[] {
  if (Array.isArray(schema)) return (schema as readonly Json[]).flatMap(propertiesOf);
  if (!isObject(schema)) return [];
  return Object.entries(schema as JsonObject).flatMap(([key, value]) =>
    key === 'properties' && isObject(value)
      ? [...Object.entries(value as JsonObject), ...Object.values(value as JsonObject).flatMap(propertiesOf)]
      : propertiesOf(value),
  );
}
