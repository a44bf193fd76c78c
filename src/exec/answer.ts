import { boundedJson } from '../base/bounded-json.ts';
import { ExternalError } from '../base/errors.ts';

/** A program succeeded, but its output is not the expected JSON. */
export class UnreadableAnswer extends ExternalError {}

/**
 * Parses the JSON that a program printed. `command` is the command for messages, without secrets: `kubectl get pvc`.
 * Throws UnreadableAnswer. Its message repeats nothing of the output, which may hold a secret.
 */
export function jsonAnswer(text: string, command: string): unknown {
  try {
    return boundedJson(text);
  } catch {
    throw unreadableAnswer(text, command);
  }
}

/** Parses the JSON documents that a program printed, one a line. Skips empty lines. Throws UnreadableAnswer. */
export function jsonLines(text: string, command: string): readonly unknown[] {
  return outputLines(text).map((line) => jsonAnswer(line, command));
}

/** Returns the lines that are not blank. */
export function outputLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** Returns the error for output that is not JSON. */
export function unreadableAnswer(text: string, command: string): UnreadableAnswer {
  const program = command.split(' ')[0] ?? command;
  const observed = text.trim() === '' ? 'printed nothing' : 'printed something that is not JSON';
  return new UnreadableAnswer(`${command} ${observed}; expected JSON`, {
    command,
    next: [`run it by hand, and check which ${program} is first on PATH: which -a ${program}`],
  });
}
