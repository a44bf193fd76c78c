// Prints each failed and skipped test of vitest's JSON report, then the closing line: `N passed, N failed, N skipped`.
// The failures stand here once more, because whoever reads a cut log sees only its end.
// A run without a test, or with a skipped one, is a failure in CI: a test that cannot run there says nothing.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const MESSAGE_LENGTH = 400;

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const skipped = report.numPendingTests + report.numTodoTests;
for (const suite of report.testResults) {
  const file = relative(process.cwd(), suite.name);
  const failed = suite.assertionResults.filter((test) => test.status === 'failed');
  // A file that does not load, or whose hook fails, has a message of its own.
  if (suite.status === 'failed' && failed.length === 0) console.log(`failed: ${file}: ${shortened(suite.message)}`);
  for (const test of suite.assertionResults) {
    if (test.status === 'failed')
      console.log(`failed: ${file}: ${test.fullName}: ${shortened(test.failureMessages.join('\n'))}`);
    if (test.status === 'pending' || test.status === 'skipped') console.log(`skipped: ${file}: ${test.fullName}`);
  }
}
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`);
process.exitCode = report.numPassedTests > 0 && report.numFailedTests === 0 && skipped === 0 ? 0 : 1;

/** The text on one line, without the frames of its stack. */
function shortened(text) {
  const line = text
    .split('\n')
    .filter((one) => !/^\s+at /.test(one))
    .join(' ')
    .replaceAll(/\s+/g, ' ');
  return line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH)} …` : line;
}
