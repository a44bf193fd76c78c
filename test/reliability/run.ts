import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CASES } from './cases.ts';
import { reliabilityPage } from './page.ts';

/** `npm run reliability`: runs the tests of every case, and writes docs/reliability.md if all pass. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REAL = /^(e2e|probes|failures|testbed)\//;

const titles = new Map<string, string[]>();
for (const { test } of CASES) titles.set(test.file, [...(titles.get(test.file) ?? []), test.title]);

for (const [file, words] of titles) {
  const pattern = [...new Set(words)].map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const project = REAL.test(file) ? 'real' : 'unit';
  const args = ['vitest', 'run', '--project', project, `test/${file}`, '-t', pattern];
  const { status } = spawnSync('npx', args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
writeFileSync(new URL('../../docs/reliability.md', import.meta.url), reliabilityPage());
process.stdout.write(`reliability: ${CASES.length} cases hold, docs/reliability.md is written\n`);
