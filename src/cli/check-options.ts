import { type Command, Option } from 'commander';

/** Which checks a run is about; ids, subjects or globs. */
export interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** `--only` and `--skip`, comma separated or repeated. */
export function addSelectionOptions(command: Command): Command {
  return command
    .addOption(listOption('--only <ids>', 'only these checks: ids, subjects or globs'))
    .addOption(listOption('--skip <ids>', 'all but these checks; they are reported as skipped'));
}

/** Reads what `addSelectionOptions` collected. */
export function readSelection(options: Readonly<Record<string, unknown>>): Selection {
  return { only: words(options.only), skip: words(options.skip) };
}

function listOption(flags: string, summary: string): Option {
  return new Option(flags, summary).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    ...value
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ]);
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
