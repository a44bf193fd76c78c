import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/checks/check.ts';
import { formsOf } from '../support/compose-fixture.ts';
import { CATALOGUE, isDetectable } from './catalogue.ts';
import { useEnvironment } from './environment.ts';
import { isExpected, preflight } from './judged.ts';
import { SCENARIOS } from './scenarios.ts';

/** Failures that users reported, made to happen one after the other to healthy deployments on real services. */
const made = useEnvironment();

const detected = new Set<number>();

describe('healthy deployments of the same shape', () => {
  test.each(['kubernetes', 'compose', 'bundled'] as const)('%s gives no finding at all', async (name) => {
    const { findings } = await preflight(made.place, `healthy-${name}`, made.world[name]);
    expect(findings.filter((finding) => !isExpected(finding))).toEqual([]);
  });
});

test.each(SCENARIOS.map((scenario) => [scenario.number, scenario.how, scenario] as const))(
  'failure %i is found: %s',
  async (number, _, { happen, finding, remedy }) => {
    const { file, env, resolvConf, mend } = await happen(made.world);
    try {
      const { findings, checks, text } = await preflight(made.place, `failure-${number}`, file, { env, resolvConf });
      said.push({ number, text, secrets: Object.values(env ?? {}) });
      expect(findings).toContain(finding);
      const [id = ''] = finding.split(' ');
      const check = checks.find((one) => one.id === id);
      if (remedy !== undefined) expect(check?.remedy).toMatch(remedy);
      const { before = [] } = CATALOGUE.find((one) => one.number === number) ?? {};
      expect(before).toContain(id.replace(/:$/, ''));
      detected.add(number);
    } finally {
      await mend?.();
    }
  },
);

test('all formats of one run agree, and neither they nor the saved evidence contain a secret', async () => {
  const { place, world } = made;
  const forms = ['json', 'xml', 'html', 'txt'].map((ending) => join(place.folder, `report.${ending}`));
  const evidence = join(place.folder, 'evidence');
  const temporary = join(place.folder, 'tmp');
  await mkdir(temporary);
  const flags = [...forms.flatMap((path) => ['--report', path]), '--save-evidence', evidence];
  const run = await preflight(place, 'reported', world.compose, { env: { TMPDIR: temporary }, flags });
  const [json = '', xml = '', html = ''] = await Promise.all(forms.map((path) => readFile(path, 'utf8')));
  const { checks } = JSON.parse(json) as CheckReport;
  expect(checks.map(({ id, status }) => [id, status])).toEqual(run.checks.map(({ id, status }) => [id, status]));
  expect([...xml.matchAll(/<testcase [^>]*name="([^"]+)"/g)].map(([, id]) => id).sort()).toEqual(
    checks.map(({ id }) => id).sort(),
  );
  for (const { id } of checks) expect(html).toContain(`<code>${id}</code>`);

  expect(await readdir(temporary)).toEqual([]);
  const saved = (await readdir(evidence)).map((name) => join(evidence, name));
  expect(saved.length).toBeGreaterThan(10);
  const written = await Promise.all([...forms, ...saved].map((path) => readFile(path, 'utf8')));
  expectNoSecret([run.text, ...written].join('\n'), Object.values(world.stores.env));
});

test('no run printed a secret, whatever failed', () => {
  const own = Object.values(made.world.stores.env);
  for (const { text, secrets } of said) expectNoSecret(text, [...own, ...secrets]);
});

/** Neither plain, nor as in URLs, nor in base64. Paths of certificates are no secrets. */
function expectNoSecret(text: string, values: readonly string[]): void {
  for (const form of values.filter((value) => !value.startsWith('/')).flatMap(formsOf)) {
    expect(text.includes(form), form).toBe(false);
  }
}

const said: { readonly number: number; readonly text: string; readonly secrets: readonly string[] }[] = [];

test('no failure that can be detected beforehand is missed', () => {
  const numbers = CATALOGUE.filter(isDetectable).map(({ number }) => number);
  expect(numbers.filter((number) => !detected.has(number))).toEqual([]);
});

afterAll(() => {
  const detectable = CATALOGUE.filter(isDetectable);
  const count = detectable.filter(({ number }) => detected.has(number)).length;
  process.stdout.write(`failures: ${count} detected, ${detectable.length} detectable, ${CATALOGUE.length} in all\n`);
});
