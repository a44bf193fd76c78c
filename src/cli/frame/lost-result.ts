import process from 'node:process';
import { ExternalError } from '../../base/errors.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { systemWords } from '../../base/system-fault.ts';
import { faultText } from './errors.ts';
import type { WatchedOutput } from './outputs.ts';
import { detectTerminal } from './terminal.ts';

/**
 * If the result could not be written to stdout, reports that on stderr. Returns the exit code: 8 instead of 0, any
 * other code unchanged.
 */
export function reportLostResult(stdout: WatchedOutput, code: ExitCode): ExitCode {
  const fault = lostResult(stdout, code);
  if (fault === undefined) return code;
  const { stderrColor: color, unicode } = detectTerminal(process, process.env, { color: true, nonInteractive: true });
  process.stderr.write(faultText(fault, { verbose: false, color, unicode }));
  return fault.exitCode;
}

function lostResult(stdout: WatchedOutput, code: ExitCode): ExternalError | undefined {
  const cause = stdout.fault();
  if (cause === undefined) return undefined;
  return new ExternalError(`the result could not be written to standard output: ${systemWords(cause)}`, {
    cause,
    exitCode: code === EXIT.done ? EXIT.external : code,
    next: [
      'the changes of this run are kept; to see the result, re-run with standard output on a device with free space',
    ],
  });
}
