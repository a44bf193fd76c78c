import { describe, expect, it } from 'vitest';
import { partOf } from '../../../src/backup/manifest.ts';
import { lackingGuide, vectorsGuide } from '../../../src/backup/restore/vectors-guide.ts';
import { manifestOf } from '../../support/backup-manifest.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const rebuild = (segments: number) => {
  const manifest = manifestOf();
  const vectors = { ...partOf(manifest, 'vectors'), mechanism: 'rebuild' as const, details: { segments, hours: 0.3 } };
  return { ...manifest, parts: manifest.parts.map((part) => (part.part === 'vectors' ? vectors : part)) };
};
const SQL = `-c "UPDATE datasets SET index_struct = NULL WHERE indexing_technique = 'high_quality'"`;

it.each([
  [
    'test-compose-bundled',
    `  1. docker compose -p dify exec db_postgres psql -U postgres -d dify ${SQL}`,
    '  2. docker compose -p dify exec api flask vdb-migrate',
  ],
  [
    'prod-kubernetes-s3-qdrant',
    `  1. psql -h pg.example.internal -p 5432 -U dify -d dify ${SQL}`,
    '  2. kubectl -n dify exec deployment/dify-api -- flask vdb-migrate',
  ],
] as const)('the vectors of %s are embedded again by two commands', (sample, ...commands) => {
  expect(vectorsGuide(rebuild(1200), parsedDeployment(SAMPLE_FILES[sample]))).toEqual([
    'vectors: Dify must embed the documents again: 1200 segments, at most 1200 embedding calls, about 0.1 h on a CPU (0.08 s each, measured with nomic-embed-text on OpenShift). After difyctl install:',
    ...commands,
    '  flask ends with exit 0 also after errors: each line "Error creating" names a knowledge base that step 2 must repeat',
  ]);
});

it('a set without segments needs no step', () => {
  expect(vectorsGuide(rebuild(0), parsedDeployment(SAMPLE_FILES['test-compose-bundled']))).toEqual([]);
});

describe('knowledge bases with fewer vectors than segments', () => {
  const deployment = parsedDeployment(SAMPLE_FILES['test-compose-bundled']);
  const ids = (count: number) =>
    Array.from({ length: count }, (_, n) => `22222222-2222-4222-8222-${String(n).padStart(12, '0')}`);
  const said = (words: string, sql: string) => [
    `vectors: searches do not find every segment of ${words}. After difyctl install:`,
    `  1. docker compose -p dify exec db_postgres psql -U postgres -d dify -c "${sql}"`,
    '  2. docker compose -p dify exec api flask vdb-migrate',
    '  flask ends with exit 0 also after errors: each line "Error creating" names a knowledge base that step 2 must repeat',
  ];
  const ALL = "UPDATE datasets SET index_struct = NULL WHERE indexing_technique = 'high_quality'";

  it('are embedded again by two commands that name them', () => {
    expect(lackingGuide(ids(2), deployment)).toEqual(
      said(
        '2 knowledge bases. Dify must embed their documents again',
        `${ALL} AND id IN ('22222222-2222-4222-8222-000000000000', '22222222-2222-4222-8222-000000000001')`,
      ),
    );
    expect(lackingGuide([], deployment)).toEqual([]);
  });

  it.each([
    ['are too many to be named', ids(21), '21 knowledge bases'],
    ['have an id that a shell would read', ["x' $(reboot)"], '1 knowledge base'],
  ])('are embedded with all others if they %s', (_, bases, words) => {
    expect(lackingGuide(bases, deployment)).toEqual(
      said(`${words}. Dify must embed their documents again, and with them all others`, ALL),
    );
  });
});
