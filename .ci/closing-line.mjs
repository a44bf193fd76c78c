// Prints the closing line of a test run from vitest's JSON report: `N passed, N failed, N skipped`.
// A run without a test, or with a skipped one, is a failure in CI: a test that cannot run there says nothing.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const skipped = report.numPendingTests + report.numTodoTests;
for (const suite of report.testResults) {
  for (const test of suite.assertionResults) {
    if (test.status === 'pending' || test.status === 'skipped')
      console.error(`skipped: ${suite.name}: ${test.fullName}`);
  }
}
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`);
process.exitCode = report.numPassedTests > 0 && report.numFailedTests === 0 && skipped === 0 ? 0 : 1;
