/**
 * Entry of the bundle. What is asked most often by scripts (`--version`) and by people (`--help`) is answered from plain data;
 * everything else is loaded only now, so that start-up costs little more than Node's own.
 */
import process from 'node:process';
import { isHelpRequest, overviewText } from './overview.ts';
import { isVersionRequest, versionText } from './version.ts';

const argv = process.argv.slice(2);

if (isVersionRequest(argv)) {
  process.stdout.write(versionText());
} else if (isHelpRequest(argv)) {
  process.stdout.write(overviewText());
} else {
  const { runProcess } = await import('./process.ts');
  await runProcess(argv);
}
