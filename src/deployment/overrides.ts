import { isAbsolute, relative, resolve } from 'node:path';
import type { Problem } from '../base/errors.ts';
import { isObject, type Json } from '../base/json.ts';
import { nearest } from '../base/suggest.ts';
import type { DeploymentFlag } from './flag-names.ts';
import { findFlag, findVariable, variableNames } from './flags.ts';
import { readFlagValue, readSetValue } from './override-values.ts';
import { type Path, parsePath } from './paths.ts';
import { shapesAt } from './schema/shape.ts';

/** A deployment flag as it stood on the command line. */
export interface FlagValue {
  readonly flag: string;
  readonly value: string;
}

/** What is said about the deployment outside the file, unread. */
export interface OverrideInput {
  readonly flags: readonly FlagValue[];
  /** `path=value`, in order. */
  readonly sets: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Paths in flags and variables are relative to it. */
  readonly cwd: string;
}

/** One field filled from outside; `value` null takes out what the file says. */
export interface Override {
  readonly path: Path;
  readonly value: Json;
  /** `--postgres-host`, `DIFYCTL_POSTGRES_HOST` or `--set postgres.host`: never a value. */
  readonly source: string;
}

export interface ReadOverrides {
  /** In order of precedence, the last wins: variables, flags, --set. */
  readonly overrides: readonly Override[];
  readonly problems: readonly Problem[];
  /** Fields whose values could not be read, each with a problem. */
  readonly refused: readonly Path[];
  /** Unknown `DIFYCTL_…` names. */
  readonly warnings: readonly Problem[];
}

/** Nothing said outside the file. */
export const NO_OVERRIDES: OverrideInput = { flags: [], sets: [], env: {}, cwd: '/' };

const PREFIX = 'DIFYCTL_';
/** Global options as variables: they fill no field of the file. */
const GLOBAL: readonly string[] = ['DIFYCTL_CONFIG', 'DIFYCTL_OUTPUT'];
/** Switches of the test suite. */
const RESERVED = 'DIFYCTL_TEST_';

/** Reads flags, `DIFYCTL_…` variables and --set. Paths of files are made relative to `baseDirectory`, where the file is. */
export function readOverrides(input: OverrideInput, baseDirectory: string): ReadOverrides {
  const found = [...variables(input.env), ...flags(input.flags), ...input.sets.map(oneSet)];
  return {
    overrides: found.flatMap(({ overrides = [] }) => overrides).map((one) => rebased(one, input.cwd, baseDirectory)),
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

/** Sorted by name, so that the same environment gives the same result; an empty variable says nothing. */
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

/** A flag given twice: a list grows, of anything else the last wins. */
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
  // The text may hold a secret where the equals sign was forgotten: it is not repeated.
  if (path === undefined)
    return { problem: { path: '--set', message: 'write path=value, such as postgres.host=db.internal' } };
  const read = readSetValue(path, text.slice(equals + 1));
  const source = `--set ${name}`;
  return 'fault' in read
    ? { problem: { path: source, message: read.fault }, refused: [path] }
    : { overrides: [{ path, value: read.value, source }] };
}

/** Paths of files, also those inside secret references, as the file would write them. */
function rebased(override: Override, cwd: string, baseDirectory: string): Override {
  if (cwd === baseDirectory) return override;
  const move = (text: string): string => movePath(text, cwd, baseDirectory);
  return { ...override, value: rebasedValue(override.value, override.path, move) };
}

function rebasedValue(value: Json, path: Path, move: (text: string) => string): Json {
  const kinds = shapesAt(path).map(({ kind }) => kind);
  if (typeof value === 'string') return kinds.includes('path') ? move(value) : value;
  if (!isObject(value)) return value;
  if (kinds.includes('secret')) return typeof value.file === 'string' ? { file: move(value.file) } : (value as Json);
  const entries = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(entries.map(([key, below]) => [key, rebasedValue(below, [...path, key], move)]));
}

function movePath(text: string, cwd: string, baseDirectory: string): string {
  if (isAbsolute(text) || text.startsWith('~')) return text;
  const moved = relative(baseDirectory, resolve(cwd, text));
  return moved.startsWith('..') || moved === '' ? moved || '.' : `./${moved}`;
}
