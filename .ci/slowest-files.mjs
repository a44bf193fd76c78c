// Prints the slowest test files of a run from what file-times.mjs wrote, and the sum of each project. Two files run at the
// same time, so a project takes about half of its sum.
import { readFileSync } from 'node:fs';

const SHOWN = 20;

const files = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')).toSorted((a, b) => b.seconds - a.seconds);
const row = (seconds, tests, name) => console.log(`${seconds.padStart(8)}  ${tests.padStart(5)}  ${name}`);

row('seconds', 'tests', 'file');
for (const { seconds, tests, file } of files.slice(0, SHOWN)) row(seconds.toFixed(1), String(tests), file);
for (const project of [...new Set(files.map((one) => one.project))].toSorted()) {
  const own = files.filter((one) => one.project === project);
  const sum = (key) => own.reduce((total, one) => total + one[key], 0);
  row(sum('seconds').toFixed(1), String(sum('tests')), `all ${own.length} files of ${project}`);
}
