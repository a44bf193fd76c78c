import { type Command, Option } from 'commander';
import type { CheckReport } from '../../checks/check.ts';
import type { ClusterProbeOptions, Selection } from '../../operations/preflight/options.ts';
import { RepeatableOption } from '../frame/repeatable-option.ts';

/** Adds `--only` and `--skip`, comma-separated or repeated. */
export function addSelectionOptions(command: Command): Command {
  return command
    .addOption(listOption('--only <ids>', 'only these checks: ids, subjects or globs'))
    .addOption(listOption('--skip <ids>', 'not these checks; they are reported as skipped'));
}

/** Reads the options of `addSelectionOptions`. */
export function readSelection(options: Readonly<Record<string, unknown>>): Selection {
  return { only: words(options.only), skip: words(options.skip) };
}

/** Adds `--fail-on`. */
export function addFailOnOption(command: Command): Command {
  const summary = 'exit with 3 or 5 for failed checks only, or also for warnings and unknowns';
  return command.addOption(new Option('--fail-on <status>', summary).choices(['fail', 'warn']).default('fail'));
}

/** Reads the option of `addFailOnOption`. Undefined for the default, `fail`. */
export function readFailOn({ failOn }: Readonly<Record<string, unknown>>): CheckReport['failOn'] | undefined {
  return failOn === 'warn' ? 'warn' : undefined;
}

/** Adds `--from` and `--deep`. */
export function addClusterProbeOptions(command: Command): Command {
  const from = new Option('--from <place>', 'probe data services from this machine or from a temporary pod');
  return command
    .addOption(from.choices(['local', 'cluster']).default('local'))
    .option('--deep', 'also run checks that create and delete test resources (PVCs)');
}

/** Reads the options of `addClusterProbeOptions`. */
export function readClusterProbes({ from, deep }: Readonly<Record<string, unknown>>): ClusterProbeOptions {
  return { from: from === 'cluster' ? 'cluster' : 'local', deep: deep === true };
}

function listOption(flags: string, summary: string): Option {
  return new RepeatableOption(flags, summary, (text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  );
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
