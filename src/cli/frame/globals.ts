import { type Command, Option } from 'commander';
import { durationSeconds, isDuration } from '../../base/duration.ts';
import { UserError } from '../../base/errors.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './output-format.ts';
import { RepeatableOption } from './repeatable-option.ts';

/** The global options, parsed and checked. */
export interface GlobalAnswers {
  readonly config: string | undefined;
  readonly output: OutputFormat;
  /** True if the command line sets the format. A format from DIFYCTL_OUTPUT applies only to commands that write it. */
  readonly outputGiven?: boolean;
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

/** Adds the global options to the root command. Commander adds `--help` itself. */
export function addGlobalOptions(root: Command): Command {
  for (const { flags, summary, repeatable } of GLOBAL_OPTIONS) {
    if (flags.includes('--help')) continue;
    const OptionOf = repeatable ? RepeatableOption : Option;
    root.addOption(new OptionOf(flags.replace('<format>', `<${OUTPUT_FORMATS.join('|')}>`), summary));
  }
  return root;
}

/**
 * Reads the options that commander parsed. Falls back to DIFYCTL_CONFIG and DIFYCTL_OUTPUT. Throws UserError for an
 * unknown format, an invalid duration, or an empty --config, --kubeconfig or --context.
 */
export function readGlobals(
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): GlobalAnswers {
  const { timeout } = options;
  const output = options.output ?? (env.DIFYCTL_OUTPUT || 'text');
  const source = options.output === undefined ? 'DIFYCTL_OUTPUT' : '--output';
  const format = OUTPUT_FORMATS.find((candidate) => candidate === output);
  if (format === undefined) throw new UserError(`${source}: one of ${OUTPUT_FORMATS.join(', ')}`);
  if (timeout !== undefined && !(isDuration(String(timeout)) && durationSeconds(String(timeout)) > 0)) {
    throw new UserError('--timeout: a duration such as 90s, 15m or 4h');
  }
  return {
    config: text(options, 'config') ?? (env.DIFYCTL_CONFIG || undefined),
    output: format,
    outputGiven: options.output !== undefined,
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
