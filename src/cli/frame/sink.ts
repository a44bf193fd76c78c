import { endsAtLineStart, printableJson, styledPrintable, withoutRunnerCommands } from '../../base/printable.ts';
import type { Redact } from '../../base/redact.ts';

/** One of the two output streams, behind the redactor of the run. */
export interface Sink {
  /** Text for people: difyctl's own colours and nothing else that a terminal or a runner of CI would obey. */
  readonly write: (text: string) => void;
  /** A JSON document: the same characters, escaped. */
  readonly writeJson: (document: string) => void;
  /** As it is, for what moves the cursor on purpose. */
  readonly draw: (text: string) => void;
  /** As it is, for commands to the runner of CI. */
  readonly annotate: (commands: string) => void;
}

/** `color`: whether difyctl's own text holds colours at that moment. */
export function createSink(stream: { write(text: string): unknown }, redact: Redact, color: () => boolean): Sink {
  let atLineStart = true;
  const put = (text: string): void => {
    atLineStart = endsAtLineStart(text, atLineStart);
    stream.write(text);
  };
  return {
    write: (text) => {
      // Redacted before and after: characters that are left out may have stood inside a secret.
      put(withoutRunnerCommands(redact(styledPrintable(redact(text), color())), atLineStart));
    },
    writeJson: (document) => put(printableJson(redact(document))),
    draw: (text) => put(redact(text)),
    annotate: (commands) => put(redact(commands)),
  };
}
