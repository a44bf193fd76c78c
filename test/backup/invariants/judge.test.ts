import { describe, expect, it } from 'vitest';
import type { InvariantContext, InvariantFacts } from '../../../src/backup/invariants/facts.ts';
import { isProven, judgeInvariants } from '../../../src/backup/invariants/judge.ts';
import { lackingBases } from '../../../src/backup/invariants/vectors.ts';

const COMPLETE: InvariantFacts = {
  setups: { seen: 1 },
  schemaHeads: { seen: ['4474872b0ee6'] },
  tenants: { seen: [{ tenant: 't1', key: 'matches', credential: 'decrypts' }] },
  systemSecrets: { seen: [{ row: 'tool_oauth_system_clients 7', decrypts: true }] },
  files: {
    seen: [
      { table: 'upload_files', rows: 12, compared: 12, missing: 0, examples: [] },
      { table: 'tool_files', rows: 5_000, compared: 2_000, missing: 0, examples: [] },
    ],
  },
  plugins: { seen: { packages: 2, missing: [] } },
  datasets: { seen: [{ dataset: 'd1', collection: 'Vector_index_d1_Node', segments: 3, vectors: 3 }] },
};
const CONTEXT: InvariantContext = { schemaHead: '4474872b0ee6', versions: { set: '1.16.1', image: '1.16.1' } };

const judged = (facts: Partial<InvariantFacts>, context: Partial<InvariantContext> = {}) =>
  judgeInvariants({ ...COMPLETE, ...facts }, { ...CONTEXT, ...context });
const line = (id: string, facts: Partial<InvariantFacts>, context: Partial<InvariantContext> = {}) => {
  const found = judged(facts, context).find((one) => one.id === id);
  return `${found?.status}: ${found?.observed}`;
};

describe('judgeInvariants', () => {
  it('passes complete data', () => {
    const results = judged({});
    expect(results.map(({ id, status, observed }) => `${id} ${status}: ${observed}`)).toEqual([
      'secret-key pass: 1 OAuth client decrypt',
      'tenant-keys pass: 1 tenant, each with its key',
      'credentials pass: one credential of 1 tenant decrypts',
      'setup pass: finished',
      'schema pass: revision 4474872b0ee6 of Dify 1.16.1, image 1.16.1',
      'files pass: upload_files: 12 rows, tool_files: 2000 of 5000 rows compared, a sample',
      'plugins pass: 2 packages',
      'vectors pass: 3 vectors of 1 knowledge base',
    ]);
    expect(isProven(results)).toBe(true);
  });

  it.each<[string, string, Partial<InvariantFacts>, string]>([
    [
      'an empty database',
      'setup',
      { setups: { seen: 0 } },
      'fail: dify_setups is missing or empty: Dify would show its setup page',
    ],
    [
      'another SECRET_KEY',
      'secret-key',
      { systemSecrets: { seen: [{ row: 'tool_oauth_system_clients 7', decrypts: false }] } },
      'fail: SECRET_KEY does not decrypt tool_oauth_system_clients 7',
    ],
    [
      'nothing encrypted',
      'secret-key',
      { systemSecrets: { seen: [] } },
      'skip: the database has nothing that is encrypted with SECRET_KEY',
    ],
    [
      'a lost tenant key',
      'tenant-keys',
      { tenants: { seen: [{ tenant: 't1', key: 'missing', credential: 'fails' }] } },
      'fail: privkeys/t1/private.pem is missing',
    ],
    [
      'a swapped tenant key',
      'tenant-keys',
      { tenants: { seen: [{ tenant: 't1', key: 'other', credential: 'fails' }] } },
      'fail: privkeys/t1/private.pem does not belong to the public key in the database',
    ],
    [
      'a damaged tenant key',
      'tenant-keys',
      { tenants: { seen: [{ tenant: 't1', key: 'unreadable', credential: 'none' }] } },
      'fail: privkeys/t1/private.pem is no RSA key',
    ],
    ['no tenant', 'tenant-keys', { tenants: { seen: [] } }, 'fail: the database has no tenant'],
    [
      'an undecipherable credential',
      'credentials',
      { tenants: { seen: [{ tenant: 't1', key: 'other', credential: 'fails' }] } },
      'fail: no credential decrypts of t1',
    ],
    [
      'no credential',
      'credentials',
      { tenants: { seen: [{ tenant: 't1', key: 'matches', credential: 'none' }] } },
      'skip: no tenant has a stored credential',
    ],
    ['two schema revisions', 'schema', { schemaHeads: { seen: ['a', 'b'] } }, 'fail: alembic_version has 2 rows'],
    [
      'another schema revision',
      'schema',
      { schemaHeads: { seen: ['a'] } },
      'fail: revision a, but the set recorded 4474872b0ee6',
    ],
    [
      'missing files',
      'files',
      {
        files: {
          seen: [
            { table: 'upload_files', rows: 9, compared: 9, missing: 4, examples: ['1 (a)', '2 (b)', '3 (c)', '4 (d)'] },
          ],
        },
      },
      'fail: 4 of 9 objects of upload_files are missing: 1 (a), 2 (b), 3 (c) and 1 more',
    ],
    [
      'a missing package',
      'plugins',
      { plugins: { seen: { packages: 2, missing: ['langgenius/openai:0.2.8@aa'] } } },
      'fail: 1 of 2 packages are missing: langgenius/openai:0.2.8@aa',
    ],
    [
      'an empty collection',
      'vectors',
      { datasets: { seen: [{ dataset: 'd1', collection: 'c', segments: 3, vectors: 0 }] } },
      'fail: knowledge base d1 has 3 segments and 0 vectors',
    ],
    [
      'no collection',
      'vectors',
      { datasets: { seen: [{ dataset: 'd1', collection: 'c', segments: 3, vectors: undefined }] } },
      'fail: knowledge base d1 has 3 segments and no collection',
    ],
    [
      'more vectors than segments',
      'vectors',
      { datasets: { seen: [{ dataset: 'd1', collection: 'c', segments: 3, vectors: 5 }] } },
      'pass: 5 vectors of 1 knowledge base',
    ],
    [
      'a part that could not be read',
      'plugins',
      { plugins: { unread: 'permission denied' } },
      'unknown: could not be read: permission denied',
    ],
  ])('judges %s', (_, id, facts, expected) => {
    expect(line(id, facts)).toBe(expected);
  });

  it('skips keys that are in the secrets of the set', () => {
    const tenants: InvariantFacts['tenants'] = { seen: [{ tenant: 't1', key: 'sealed', credential: 'sealed' }] };
    expect(line('tenant-keys', { tenants })).toBe(
      'skip: the public keys are those of the set; the private keys are in its secrets, which were not opened',
    );
    expect(line('credentials', { tenants })).toBe(
      'skip: the private keys are in the secrets of the set, which were not opened',
    );
  });

  it('fails a schema that is newer than the image', () => {
    const versions = { set: '1.17.1', image: '1.16.1' };
    expect(line('schema', {}, { versions })).toBe(
      'fail: revision 4474872b0ee6 of Dify 1.17.1, newer than the image 1.16.1',
    );
  });

  it('names the knowledge bases that lack vectors', () => {
    const base = (dataset: string, vectors: number | undefined) => ({ dataset, collection: 'c', segments: 3, vectors });
    const seen = [base('d1', 3), base('d2', 2), base('d3', undefined), base('d4', 4)];
    expect(lackingBases({ datasets: { seen } })).toEqual(['d2', 'd3']);
    expect(lackingBases({ datasets: { unread: 'no answer' } })).toEqual([]);
    expect(lackingBases({ datasets: undefined })).toEqual([]);
  });

  it('skips vectors that the plan rebuilds', () => {
    expect(line('vectors', { datasets: undefined }, { noVectors: 'the plan rebuilds them' })).toBe(
      'skip: the plan rebuilds them',
    );
  });

  it('proves nothing about data that could not be read', () => {
    expect(isProven(judged({ files: { unread: 'no answer' } }))).toBe(false);
  });
});
