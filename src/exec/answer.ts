import { boundedJson } from '../base/bounded-json.ts';
import { ExternalError } from '../base/errors.ts';

/** A program ended well and printed something that is not the JSON it was asked for. */
export class UnreadableAnswer extends ExternalError {}

/**
 * The JSON that a program printed. `command` is what was run, without anything secret: `kubectl get pvc`. Throws UnreadableAnswer, which
 * repeats nothing of what was printed: it may hold a secret.
 */
export function jsonAnswer(text: string, command: string): unknown {
  try {
    return boundedJson(text);
  } catch {
    throw unreadableAnswer(text, command);
  }
}

/** The JSON documents that a program printed, one a line; empty lines are left out. Throws UnreadableAnswer. */
export function jsonLines(text: string, command: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => jsonAnswer(line, command));
}

/** What to throw for an answer that is no JSON. */
export function unreadableAnswer(text: string, command: string): UnreadableAnswer {
  const program = command.split(' ')[0] ?? command;
  const observed = text.trim() === '' ? 'printed nothing' : 'printed something else';
  return new UnreadableAnswer(`${command} ${observed}; JSON was expected`, {
    command,
    next: [`run it by hand, and look which ${program} comes first on PATH: which -a ${program}`],
  });
}
