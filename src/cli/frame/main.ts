/**
 * Entry of the bundle. `--version` and `--help` are answered from plain data. Everything else is imported on demand, so
 * that start-up costs little more than Node's own.
 */
import process from 'node:process';
import { EXIT } from '../../base/exit-codes.ts';
import { watchOutput } from './outputs.ts';
import { isHelpRequest, overviewText } from './overview.ts';
import { detectTerminal } from './terminal.ts';
import { isVersionRequest, versionText } from './version.ts';

const argv = process.argv.slice(2);

if (isVersionRequest(argv)) await answer(versionText());
else if (isHelpRequest(argv)) await answer(overviewText(width()));
else {
  const { runProcess } = await import('./process.ts');
  await runProcess(argv);
}

function width(): number {
  return detectTerminal(process, process.env, { color: false, nonInteractive: true }).width;
}

async function answer(text: string): Promise<void> {
  const result = watchOutput(process.stdout);
  process.stdout.write(text);
  await result.drained();
  if (result.fault() === undefined) return;
  const { reportLostResult } = await import('./lost-result.ts');
  process.exitCode = reportLostResult(result, EXIT.done);
}
