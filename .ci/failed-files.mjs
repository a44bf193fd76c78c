// Prints the test files that failed in vitest's JSON report, one per line, if they are few enough to run once more.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** More failed files than this have one cause, which a second run does not change. */
const MOST_FILES = 4;

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const failed = report.testResults.filter(({ status }) => status === 'failed');
if (failed.length <= MOST_FILES) for (const { name } of failed) console.log(relative(process.cwd(), name));
