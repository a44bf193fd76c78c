import { endsAtLineStart, printableJson, styledPrintable, withoutRunnerCommands } from '../../base/printable.ts';
import type { Redact } from '../../base/redact.ts';

/** One of the two output streams, with the redactor of the run. */
export interface Sink {
  /** Writes text for people: keeps difyctl's own colours, removes any other control character and CI runner command. */
  readonly write: (text: string) => void;
  /** Writes a JSON document: control characters are escaped. */
  readonly writeJson: (document: string) => void;
  /** Writes text with cursor movements. Redacted only. */
  readonly draw: (text: string) => void;
  /** Writes commands for the CI runner. Redacted only. */
  readonly annotate: (commands: string) => void;
}

/** `color`: whether difyctl's own text has colours at the time of writing. */
export function createSink(stream: { write(text: string): unknown }, redact: Redact, color: () => boolean): Sink {
  let atLineStart = true;
  const put = (text: string): void => {
    atLineStart = endsAtLineStart(text, atLineStart);
    stream.write(text);
  };
  return {
    write: (text) => {
      // Redact before and after: a removed character may have split a secret.
      put(withoutRunnerCommands(redact(styledPrintable(redact(text), color())), atLineStart));
    },
    writeJson: (document) => put(printableJson(redact(document))),
    draw: (text) => put(redact(text)),
    annotate: (commands) => put(redact(commands)),
  };
}
