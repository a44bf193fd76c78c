import { type Command, Option } from 'commander';
import { durationSeconds, isDuration } from '../base/duration.ts';
import { UserError } from '../base/errors.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './output-format.ts';

/** The global options as given, checked. */
export interface GlobalAnswers {
  readonly config: string | undefined;
  readonly output: OutputFormat;
  readonly set: readonly string[];
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly nonInteractive: boolean;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly version: boolean;
}

/** Adds the table of global options to the root command. `--help` is commander's own. */
export function addGlobalOptions(root: Command): Command {
  for (const { flags, summary, repeatable } of GLOBAL_OPTIONS) {
    if (flags.includes('--help')) continue;
    const option = new Option(flags.replace('<format>', `<${OUTPUT_FORMATS.join('|')}>`), summary);
    if (repeatable)
      option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
    root.addOption(option);
  }
  return root;
}

/** Reads what commander collected. Throws UserError for a format, a duration or a file name that cannot be. */
export function readGlobals(options: Readonly<Record<string, unknown>>): GlobalAnswers {
  const { output = 'text', timeout } = options;
  const format = OUTPUT_FORMATS.find((candidate) => candidate === output);
  if (format === undefined) throw new UserError(`--output: one of ${OUTPUT_FORMATS.join(', ')}`);
  if (timeout !== undefined && !(isDuration(String(timeout)) && durationSeconds(String(timeout)) > 0)) {
    throw new UserError('--timeout: a duration such as 90s, 15m or 4h');
  }
  return {
    config: text(options, 'config'),
    output: format,
    set: Array.isArray(options.set) ? options.set.map(String) : [],
    kubeconfig: text(options, 'kubeconfig'),
    context: text(options, 'context'),
    timeoutMs: timeout === undefined ? undefined : durationSeconds(String(timeout)) * 1000,
    nonInteractive: options.nonInteractive === true,
    color: options.color !== false,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    version: options.version === true,
  };
}

function text(options: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (value === '') throw new UserError(`--${name} is empty`);
  return String(value);
}
