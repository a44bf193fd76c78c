import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderCompose } from '../../../src/render/compose/render.ts';
import { draftDocument } from '../../../src/targets/compose/draft-document.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { fakeSecrets } from '../../support/secrets.ts';

const draft = (text: string, env: Readonly<Record<string, string>> = {}): unknown =>
  JSON.parse(draftDocument({ target: 'compose', files: [], project: { text }, env, sources: {} })).text;

const VARIABLE = `\${DIFY_SECRET_X?missing in .env}`;

/** What Compose makes of a text without variables. */
const read = (text: unknown): string => String(text).replaceAll('$$', '$');

describe('a draft', () => {
  test('has any value in place of its variable', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(read(draft(`a ${VARIABLE} b`, { DIFY_SECRET_X: value }))).toBe(`a ${value} b`);
      }),
    );
  });

  test('keeps escaped dollar signs', () => {
    expect(draft('$$HOSTNAME $$(hostname) $${DIFY_SECRET_X?no}', {})).toBe(
      '$$HOSTNAME $$(hostname) $${DIFY_SECRET_X?no}',
    );
  });

  test('refuses a variable that is missing in .env', () => {
    expect(() => draft(VARIABLE)).toThrow('DIFY_SECRET_X');
  });

  test.each(Object.entries(SAMPLE_FILES).filter(([name]) => name.includes('compose')))(
    'of %s has no variable left',
    (_, file) => {
      const deployment = parsedDeployment(file);
      const rendered = renderCompose(deployment, fakeSecrets(deployment), { baseDirectory: '/srv' });
      expect(draftDocument(rendered).replaceAll('$$', '')).not.toContain('$');
    },
  );
});
