// Prints each failed, unstable and skipped test of vitest's JSON reports, then the closing line. The failures stand here
// once more, because whoever reads a cut log sees only its end.
//
// The first report is of the whole run, the second (optional) of the files that failed in it, run once more and alone. A
// file that fails first and passes then is unstable: its failures are named, and do not fail the run.
// A run without a test, or with a skipped one, is a failure in CI: a test that cannot run there says nothing.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';

const MESSAGE_LENGTH = 400;

const [firstPath = '', secondPath = ''] = process.argv.slice(2);
const first = JSON.parse(readFileSync(firstPath, 'utf8'));
const secondFiles =
  existsSync(secondPath) && statSync(secondPath).size > 0
    ? JSON.parse(readFileSync(secondPath, 'utf8')).testResults
    : [];

const passedAlone = new Map(secondFiles.filter(({ status }) => status === 'passed').map((file) => [file.name, file]));
const lines = (file, word, wanted) =>
  file.assertionResults
    .filter(({ status }) => wanted.includes(status))
    .map(
      (test) => `${word}: ${relative(process.cwd(), file.name)}: ${test.fullName}: ${shortened(test.failureMessages)}`,
    );
/** A file that does not load, or whose hook fails, has a message of its own. */
const failuresOf = (file, word) => {
  const failures = lines(file, word, ['failed']);
  if (file.status !== 'failed' || failures.length > 0) return failures;
  return [`${word}: ${relative(process.cwd(), file.name)}: ${shortened([file.message])}`];
};

const unstable = first.testResults
  .filter(({ name }) => passedAlone.has(name))
  .flatMap((file) => failuresOf(file, 'unstable'));
const final = first.testResults.map((file) => passedAlone.get(file.name) ?? file);
const failed = final.flatMap((file) => failuresOf(file, 'failed'));
const skipped = final.flatMap((file) => lines(file, 'skipped', ['pending', 'skipped', 'todo']));
const passed = final.flatMap((file) => lines(file, 'passed', ['passed'])).length;

for (const line of [...unstable, ...failed, ...skipped]) console.log(line);
const counts = [`${passed} passed`, `${failed.length} failed`, `${skipped.length} skipped`];
console.log([...counts, ...(unstable.length > 0 ? [`${unstable.length} unstable`] : [])].join(', '));
process.exitCode = passed > 0 && failed.length === 0 && skipped.length === 0 ? 0 : 1;

/** The texts on one line, without the frames of their stacks. */
function shortened(texts) {
  const line = texts
    .join('\n')
    .split('\n')
    .filter((one) => !/^\s+at /.test(one))
    .join(' ')
    .replaceAll(/\s+/g, ' ');
  return line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH)} …` : line;
}
