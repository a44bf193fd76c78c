// Prints the test files that failed in vitest's JSON reports, one per line, if they are few enough to run once more.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** More failed files than this have one cause, which a second run does not change. */
const MOST_FILES = 4;

const results = process.argv.slice(2).flatMap((path) => JSON.parse(readFileSync(path, 'utf8')).testResults);
const failed = results.filter(({ status }) => status === 'failed');
if (failed.length <= MOST_FILES) for (const { name } of failed) console.log(relative(process.cwd(), name));
