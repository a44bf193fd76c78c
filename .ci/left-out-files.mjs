// Prints the slow test files that this run of CI leaves out, separated by commas, and says so on standard error. CI ends a
// run after 90 minutes, and all files need about that. Which of them run depends on the commit: over some commits, all do.
// `npm test` and `npm run test:full` leave out none.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Seconds of the slow files that run, two at a time. With all other tests, CI then takes about an hour. */
const BUDGET = 4_800;

const seconds = JSON.parse(readFileSync('test/support/slow-files.json', 'utf8'));
const seed =
  process.env.DIFYCTL_TEST_SEED ?? execFileSync('git', ['rev-parse', '--short=12', 'HEAD']).toString().trim();
const rank = (file) => createHash('sha256').update(`${seed} ${file}`).digest('hex');

let rest = BUDGET;
const leftOut = [];
for (const file of Object.keys(seconds).toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))) {
  if (seconds[file] <= rest) rest -= seconds[file];
  else leftOut.push(file);
}
console.error(`sample: ${leftOut.length} slow files do not run, DIFYCTL_TEST_SEED=${seed} (npm test runs all):`);
for (const file of leftOut.toSorted()) console.error(`  ${file}`);
console.log(leftOut.join(','));
