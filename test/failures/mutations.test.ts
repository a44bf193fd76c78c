import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { EXPLAINED } from './explained.ts';
import { isExpected, preflight } from './judged.ts';
import { mutationsOf } from './mutations.ts';
import { useWorld } from './world.ts';

/** Every healthy deployment is broken in one place at a time, and the whole of difyctl is asked: real programs, real services. */
const made = useWorld();

const TABLE = fileURLToPath(new URL('../../docs/mutations.md', import.meta.url));
/** How many runs at once: each waits for services most of the time. */
const CONCURRENCY = 3;

interface Row {
  readonly path: string;
  readonly what: string;
  readonly found: readonly string[];
}

test.each([
  ['Kubernetes', 'kubernetes'],
  ['Compose', 'compose'],
] as const)('a production on %s: healthy, and what is broken in one place is found', async (target, name) => {
  const { place, world } = made;
  const file = world[name];
  const { findings: healthy } = await preflight(place, 'healthy', file);
  expect(healthy.filter((finding) => !isExpected(finding))).toEqual([]);
  const limit = pLimit(CONCURRENCY);
  const rows = await Promise.all(
    mutationsOf(file).map(({ path, what, file: broken }, index) =>
      limit(async (): Promise<Row> => {
        const { findings } = await preflight(place, `broken-${index}`, broken);
        return { path, what, found: findings.filter((finding) => !healthy.includes(finding)) };
      }),
    ),
  );
  tables.set(target, rows);
});

test('at least 95 of 100 are found, every miss is explained, and docs/mutations.md says it', async () => {
  const rows = [...tables.values()].flat();
  const missed = rows.filter(({ found }) => found.length === 0);
  expect(missed.map(nameOf).filter((name) => EXPLAINED[name] === undefined)).toEqual([]);
  expect(rows.length).toBeGreaterThanOrEqual(120);
  expect(missed.length / rows.length).toBeLessThanOrEqual(0.05);
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(TABLE, pageOf(rows.length, missed.length));
  const page = await readFile(TABLE, 'utf8');
  const written = writtenRows(page);
  expect(written.map(nameOf)).toEqual(rows.map(nameOf));
  // A busy machine may find a delay besides; what the page names has to be found again.
  for (const [index, row] of rows.entries()) {
    expect(row.found, nameOf(row)).toEqual(expect.arrayContaining([...(written[index]?.found ?? [])]));
  }
  expect(page).toContain(headline(rows.length, missed.length));
});

const tables = new Map<string, readonly Row[]>();
const nameOf = ({ path, what }: Row): string => `${path}: ${what}`;

function headline(total: number, missed: number): string {
  return `**${total - missed} of ${total} found (${((100 * (total - missed)) / total).toFixed(1)} %).**`;
}

/** The rows of the page, in its order. */
function writtenRows(page: string): readonly Row[] {
  return [...page.matchAll(/^\| `(.+?)` \| (.+?) \| (.+) \|$/gm)].map(([, path = '', what = '', found = '']) => ({
    path,
    what,
    found: found.startsWith('missed') ? [] : [...found.matchAll(/`([^`]+)`/g)].map(([, finding = '']) => finding),
  }));
}

function pageOf(total: number, missed: number): string {
  const sections = [...tables].flatMap(([target, rows]) => [
    `## A production on ${target}`,
    '',
    '| in the file | broken how | found by |',
    '|---|---|---|',
    ...rows.map((row) => {
      const found = row.found.map((finding) => `\`${finding}\``).join(', ');
      return `| \`${row.path}\` | ${row.what} | ${found === '' ? `missed: ${EXPLAINED[nameOf(row)]}` : found} |`;
    }),
    '',
  ]);
  return [
    '# Healthy deployments, broken in one place at a time',
    '',
    'Each row is a healthy production whose file was changed in one place, judged by the whole of `difyctl preflight` on real programs and real',
    'services (`test/failures/mutations.test.ts`, which also writes this page). `validate: path` is a file that is refused before anything is asked.',
    '',
    `${headline(total, missed)} The unbroken files give no finding at all, but for the risks of one machine that they accept and for what their recovery plan declares and difyctl cannot see.`,
    '',
    ...sections,
  ].join('\n');
}
