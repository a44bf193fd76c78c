import { Option } from 'commander';

/** An option that can be given several times. Its value is the list of what `valuesOf` returns for each. */
export class RepeatableOption extends Option {
  constructor(flags: string, summary: string, valuesOf: (text: string) => readonly string[] = (text) => [text]) {
    super(flags, summary);
    this.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), ...valuesOf(text)]);
  }
}
