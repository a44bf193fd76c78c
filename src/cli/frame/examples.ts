/** A command line, and what it does. */
type Example = readonly [line: string, what: string];

/** Every command has two. */
export type Examples = readonly [Example, Example];

/** The examples as the last part of a command's help. */
export function examplesText(examples: Examples): string {
  return `\nExamples:\n${examples.map(([line, what]) => `  ${line}\n      ${what}`).join('\n')}`;
}
