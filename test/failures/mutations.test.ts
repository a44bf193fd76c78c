import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { IS_FULL, sample } from '../support/sample.ts';
import { useEnvironment } from './environment.ts';
import { EXPLAINED } from './explained.ts';
import { isExpected, preflight } from './judged.ts';
import { mutationsOf } from './mutations.ts';

/**
 * Breaks healthy deployments in one place at a time and runs the whole of difyctl on real programs and services. `npm
 * test` takes a sample of the mutations of each deployment and holds it to docs/mutations.md; a full run takes all of
 * them. /
 */
const made = useEnvironment();

const TABLE = fileURLToPath(new URL('../../docs/mutations.md', import.meta.url));
/** How many runs at once: each waits for services most of the time. */
const CONCURRENCY = 3;
/** Mutations of each deployment in a sample: a fifth of them. */
const SAMPLED = 25;

interface Row {
  readonly path: string;
  readonly what: string;
  readonly found: readonly string[];
}

test.each([
  ['Kubernetes', 'kubernetes'],
  ['Compose', 'compose'],
] as const)('a production on %s is healthy, and each single error is found', async (target, name) => {
  const { place, world } = made;
  const file = world[name];
  const { findings: healthy } = await preflight(place, 'healthy', file);
  expect(healthy.filter((finding) => !isExpected(finding))).toEqual([]);
  const limit = pLimit(CONCURRENCY);
  const mutations = mutationsOf(file);
  names.push(...mutations.map((mutation) => `${target}: ${nameOf(mutation)}`));
  const rows = await Promise.all(
    sample(`mutations on ${target}`, mutations, SAMPLED).map(({ path, what, file: broken }, index) =>
      limit(async (): Promise<Row> => {
        const { findings } = await preflight(place, `broken-${index}`, broken);
        return { path, what, found: findings.filter((finding) => !healthy.includes(finding)) };
      }),
    ),
  );
  tables.set(target, rows);
});

test('docs/mutations.md lists the results: at least 95 of 100 are found, and every miss is explained', async () => {
  const rows = [...tables.values()].flat();
  if (IS_FULL && process.env.UPDATE_GOLDEN === '1') await writeFile(TABLE, pageOf(rows));
  const page = await readFile(TABLE, 'utf8');
  const written = new Map(writtenRows(page));
  expect([...written.keys()]).toEqual(names);
  const missed = [...written.values()].filter(({ found }) => found.length === 0);
  expect(missed.map(nameOf).filter((name) => EXPLAINED[name] === undefined)).toEqual([]);
  expect(written.size).toBeGreaterThanOrEqual(120);
  expect(missed.length / written.size).toBeLessThanOrEqual(0.05);
  expect(page).toContain(headline(written.size, missed.length));
  // A busy machine may also report a delay; the findings of the page must be found again.
  for (const [target, judged] of tables) {
    for (const row of judged) {
      const name = `${target}: ${nameOf(row)}`;
      expect(row.found, name).toEqual(expect.arrayContaining([...(written.get(name)?.found ?? [])]));
    }
  }
});

const tables = new Map<string, readonly Row[]>();
/** `Compose: tier: a tier that does not exist` of every mutation, in the order of the page. */
const names: string[] = [];
const nameOf = ({ path, what }: Pick<Row, 'path' | 'what'>): string => `${path}: ${what}`;

function headline(total: number, missed: number): string {
  return `**${total - missed} of ${total} found (${((100 * (total - missed)) / total).toFixed(1)} %).**`;
}

/** The rows of the page by name, in its order. */
function writtenRows(page: string): readonly (readonly [string, Row])[] {
  return page.split(/^## A production on /m).flatMap((section) => {
    const target = section.slice(0, section.indexOf('\n'));
    return [...section.matchAll(/^\| `(.+?)` \| (.+?) \| (.+) \|$/gm)].map(([, path = '', what = '', cell = '']) => {
      const found = cell.startsWith('missed')
        ? []
        : [...cell.matchAll(/`([^`]+)`/g)].map(([, finding = '']) => finding);
      const row = { path, what, found };
      return [`${target}: ${nameOf(row)}`, row] as const;
    });
  });
}

function pageOf(all: readonly Row[]): string {
  const missed = all.filter(({ found }) => found.length === 0).length;
  const sections = [...tables].flatMap(([target, rows]) => [
    `## A production on ${target}`,
    '',
    '| in the file | error | found by |',
    '|---|---|---|',
    ...rows.map((row) => {
      const found = row.found.map((finding) => `\`${finding}\``).join(', ');
      return `| \`${row.path}\` | ${row.what} | ${found === '' ? `missed: ${EXPLAINED[nameOf(row)]}` : found} |`;
    }),
    '',
  ]);
  return [
    '# Mutations: one error at a time in a healthy deployment',
    '',
    'Each row changes one place in the file of a healthy production. All of `difyctl preflight` then judges the file on real programs and real services',
    '(`test/failures/mutations.test.ts`, which also writes this page). `validate: path` means that the file is refused before anything is probed.',
    '',
    `${headline(all.length, missed)} The unchanged files give no finding, except for the risks of a single machine that they accept, and for what their recovery plan declares and difyctl cannot verify.`,
    '',
    ...sections,
  ].join('\n');
}
