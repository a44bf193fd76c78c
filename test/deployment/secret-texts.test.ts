import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import { parseDeployment } from '../../src/deployment/load.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { SECRET_TEXTS } from '../support/secret-texts.ts';

const PROD = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];

/** The problems of a file with `over` in it, as they are printed: path and message. */
function problemsOf(over: JsonObject): readonly (readonly [path: string, message: string])[] {
  try {
    parseDeployment(JSON.stringify(deepMerge(PROD, over)), { source: 'difyctl.yaml' });
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ path, message }) => [path, message]);
  }
}

const PLACES: readonly (readonly [path: string, place: (text: string) => JsonObject])[] = [
  ['components.api.extraEnv.MY_SETTING', (text) => ({ components: { api: { extraEnv: { MY_SETTING: text } } } })],
  ['extraValues.api.config', (text) => ({ extraValues: { api: { config: text } } })],
  [
    'extraValues.api.extraEnv[0].value',
    (text) => ({ extraValues: { api: { extraEnv: [{ name: 'MY_SETTING', value: text }] } } }),
  ],
  ['target.ingress.annotations.note', (text) => ({ target: { ingress: { annotations: { note: text } } } })],
];

describe.each(SECRET_TEXTS)('%s in the file', (_, text) => {
  it.each(PLACES)('is refused at %s, and not repeated', (path, place) => {
    const problems = problemsOf(place(text));
    expect(problems.map(([at]) => at)).toEqual([path]);
    expect(problems[0]?.[1]).toMatch(/^the file must not contain .*; /);
    expect(JSON.stringify(problems)).not.toContain(text);
  });
});

describe('user info in a URL', () => {
  it.each([
    ['target.chart.repo', { target: { chart: { repo: 'https://user:s3cr3tpw@charts.internal/dify' } } }],
    ['target.chart.oci', { target: { chart: { oci: 'oci://user:s3cr3tpw@charts.internal/dify', version: '1.0.0' } } }],
    [
      'recovery.configuration.repository',
      { recovery: { configuration: { repository: 'https://s3cr3tpw@git.internal/o' } } },
    ],
    ['images.registry', { images: { registry: 'https://user:s3cr3tpw@registry.internal' } }],
    ['vectorStore.qdrant.url', { vectorStore: { qdrant: { url: 'https://user:s3cr3tpw@qdrant.internal' } } }],
    ['urls.console', { urls: { console: 'https://user:s3cr3tpw@dify.internal' } }],
  ] as const)('is refused at %s', (path, over) => {
    const { target } = PROD as { target: JsonObject };
    const file = 'target' in over ? { target: { ...target, ...over.target } } : over;
    const problems = problemsOf(file as JsonObject);
    expect(new Set(problems.map(([at]) => at))).toEqual(new Set([path]));
    expect(JSON.stringify(problems)).not.toContain('s3cr3tpw');
  });

  it('of a chart is refused with the field to use instead', () => {
    const problems = problemsOf({ target: { chart: { repo: 'https://user:s3cr3tpw@charts.internal/dify' } } });
    expect(problems[0]?.[1]).toBe(
      'the file must not contain a URL with a login; write the user name in target.chart.username, and a reference to the password in target.chart.password',
    );
  });
});

it.each([
  ['an escape sequence', 'pilot \u001b[2J', 'U+001B'],
  ['text turned round', 'pilot \u202e txt', 'U+202E'],
  ['a mark of UTF-8', '\uFEFFpilot', 'U+FEFF'],
])('%s in a value is refused', (_, reason, name) => {
  const acceptedRisks = [{ check: 'config.tls', reason }];
  expect(problemsOf({ acceptedRisks })).toEqual([
    ['acceptedRisks[0].reason', `it contains a hidden character (${name}); remove it`],
  ]);
  expect(problemsOf({ acceptedRisks: [{ check: 'config.tls', reason: 'ein Pilot 👩‍💻,\n\tzwei Zeilen' }] })).toEqual(
    [],
  );
});

it('a value that refers to a secret elsewhere is accepted', () => {
  const over = { components: { api: { extraEnv: { MIRROR: 'redis://:$(REDIS_PASSWORD)@redis:6379/0' } } } };
  expect(problemsOf(over)).toEqual([]);
});

it('a value whose name says secret is refused once', () => {
  const url = 'postgres://u:s3cr3tpw@db/x';
  const over = { extraValues: { api: { extraEnv: [{ name: 'DB_PASSWORD', value: url }], authToken: url } } };
  expect(problemsOf(over).map(([path]) => path)).toEqual([
    'extraValues.api.extraEnv[0].value',
    'extraValues.api.authToken',
  ]);
});
