import type { Problem } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { nearest } from '../base/suggest.ts';
import { moveFilePaths } from './file-paths.ts';
import type { DeploymentFlag } from './flag-names.ts';
import { findFlag, findVariable, variableNames } from './flags.ts';
import { readFlagValue, readSetValue } from './override-values.ts';
import { type Path, parsePath } from './paths.ts';

/** A deployment flag from the command line. */
export interface FlagValue {
  readonly flag: string;
  readonly value: string;
}

/** Overrides from outside the file, not yet parsed. */
export interface OverrideInput {
  readonly flags: readonly FlagValue[];
  /** `path=value`, in order. */
  readonly sets: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that paths in flags and variables are relative to. */
  readonly cwd: string;
}

/** One field set from outside the file. A null value removes the field. */
export interface Override {
  readonly path: Path;
  readonly value: Json;
  /** `--postgres-host`, `DIFYCTL_POSTGRES_HOST` or `--set postgres.host`; never contains the value. */
  readonly source: string;
}

export interface ReadOverrides {
  /** In order of precedence, the last one wins: variables, flags, --set. */
  readonly overrides: readonly Override[];
  readonly problems: readonly Problem[];
  /** The fields whose values could not be read; each has a problem. */
  readonly refused: readonly Path[];
  /** Unknown `DIFYCTL_…` names. */
  readonly warnings: readonly Problem[];
}

/** No overrides. */
export const NO_OVERRIDES: OverrideInput = { flags: [], sets: [], env: {}, cwd: '/' };

const PREFIX = 'DIFYCTL_';
/** Variables of global options. They set no field of the file. */
const GLOBAL: readonly string[] = ['DIFYCTL_CONFIG', 'DIFYCTL_OUTPUT'];
/** Prefix of the test suite's own variables. */
const RESERVED = 'DIFYCTL_TEST_';

/**
 * Reads flags, `DIFYCTL_…` variables and --set. File paths are made relative to `baseDirectory`, the folder of the
 * file.
 */
export function readOverrides(input: OverrideInput, baseDirectory: string): ReadOverrides {
  const found = [...variables(input.env), ...flags(input.flags), ...input.sets.map(oneSet)];
  return {
    overrides: found
      .flatMap(({ overrides = [] }) => overrides)
      .map((one) => ({
        ...one,
        value: moveFilePaths(one.value, one.path, input.cwd, baseDirectory),
      })),
    problems: found.flatMap(({ problem }) => problem ?? []),
    refused: found.flatMap(({ refused = [] }) => refused),
    warnings: found.flatMap(({ warning }) => warning ?? []),
  };
}

interface ParsedOverride {
  readonly overrides?: readonly Override[];
  readonly problem?: Problem;
  readonly refused?: readonly Path[];
  readonly warning?: Problem;
}

/** Sorted by name, so that the same environment always gives the same result. Empty variables are ignored. */
function variables(env: OverrideInput['env']): readonly ParsedOverride[] {
  return Object.entries(env)
    .filter(
      ([name, value]) =>
        name.startsWith(PREFIX) &&
        !name.startsWith(RESERVED) &&
        !GLOBAL.includes(name) &&
        value !== undefined &&
        value !== '',
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value = '']) => {
      const flag = findVariable(name);
      return flag === undefined ? { warning: unknownVariable(name) } : filled(flag, [value], name);
    });
}

function unknownVariable(name: string): Problem {
  const meant = nearest(name, variableNames());
  return { path: name, message: `unknown variable${meant === undefined ? '' : `; did you mean ${meant}?`}` };
}

/** If a flag is given more than once, a list has all values; for any other kind the last one counts. */
function flags(given: readonly FlagValue[]): readonly ParsedOverride[] {
  const names = [...new Set(given.map(({ flag }) => flag))];
  return names.map((name) => {
    const flag = findFlag(name);
    const values = given.filter((one) => one.flag === name).map(({ value }) => value);
    return flag === undefined ? { problem: { path: name, message: 'unknown option' } } : filled(flag, values, name);
  });
}

function filled(flag: DeploymentFlag, values: readonly string[], source: string): ParsedOverride {
  const read = readFlagValue(flag, values);
  const paths = flag.paths.map((path) => path.split('.'));
  if ('fault' in read) return { problem: { path: source, message: read.fault }, refused: paths };
  return { overrides: paths.map((path) => ({ path, value: read.value, source })) };
}

function oneSet(text: string): ParsedOverride {
  const equals = text.indexOf('=');
  const name = equals < 0 ? '' : text.slice(0, equals).trim();
  const path = parsePath(name);
  // If the equals sign is missing, the text may contain a secret, so it is not repeated.
  if (path === undefined)
    return { problem: { path: '--set', message: 'write path=value, such as postgres.host=db.internal' } };
  const read = readSetValue(path, text.slice(equals + 1));
  const source = `--set ${name}`;
  return 'fault' in read
    ? { problem: { path: source, message: read.fault }, refused: [path] }
    : { overrides: [{ path, value: read.value, source }] };
}
