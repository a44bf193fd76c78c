import { basename, dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Problem, UserError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { readTextIfThere } from '../base/read-text.ts';
import { shellWord } from '../base/shell-word.ts';
import { isDefaulted, withDefaults } from './defaults.ts';
import { problemsOfIssues } from './issues.ts';
import { NO_OVERRIDES, type Override, type OverrideInput, readOverrides } from './overrides.ts';
import { formatPath, type Path, type PathProblem, readPath, withChanges } from './paths.ts';
import { FILE_LIMIT_BYTES, refusal } from './refusal.ts';
import { type Deployment, deploymentSchema } from './schema/deployment.ts';
import { checkRules } from './schema/rules.ts';
import { readSource, type Source } from './source.ts';

/** A file that was read and is valid. */
export interface LoadedDeployment {
  readonly deployment: Deployment;
  /** Absolute path of the file. */
  readonly path: string;
  /** Folder of the file: paths in the deployment are relative to it. */
  readonly baseDirectory: string;
  /** The text of the file. */
  readonly text: string;
  /** Overrides that differ from the file, in the order of precedence; shown in plans. */
  readonly overrides: readonly Override[];
  /** Points that are allowed but worth a warning. */
  readonly warnings: readonly Problem[];
}

export interface ParseSettings {
  /** The name of the file in messages. */
  readonly source: string;
  readonly baseDirectory?: string;
  readonly overrides?: OverrideInput;
}

/**
 * Reads a deployment file. Throws UserError (exit 2) with all problems; also if the file does not exist, is not UTF-8
 * or is not a regular file.
 */
export async function loadDeployment(path: string, overrides: OverrideInput = NO_OVERRIDES): Promise<LoadedDeployment> {
  const absolute = resolve(overrides.cwd, path);
  const text = await readTextIfThere(absolute, FILE_LIMIT_BYTES);
  if (text === undefined) throw noFile(absolute);
  const baseDirectory = dirname(absolute);
  const parsed = parseDeployment(text, { source: basename(absolute), baseDirectory, overrides });
  return { ...parsed, path: absolute, baseDirectory, text };
}

/** A name without a YAML or JSON extension may be a secret that was typed in its place, so it is not repeated. */
function noFile(path: string): UserError {
  if (!/\.(?:ya?ml|json)$/i.test(path)) {
    return new UserError('the deployment file does not exist', {
      next: ['difyctl init --out difyctl.yaml', 'or set --config to another file'],
    });
  }
  return new UserError(`${path} does not exist`, {
    next: [`difyctl init --out ${shellWord(path)}`, 'or set --config to another file'],
  });
}

/**
 * Reads a deployment from text. Precedence: tier defaults < file < DIFYCTL_ variables < flags < --set. Throws UserError
 * with all problems, each with its line and column or the flag it came from.
 */
export function parseDeployment(
  text: string,
  settings: ParseSettings,
): Pick<LoadedDeployment, 'deployment' | 'overrides' | 'warnings'> {
  const source = readSource(text);
  const outside = readOverrides(settings.overrides ?? NO_OVERRIDES, settings.baseDirectory ?? '/');
  if (source.problems.length > 0) throw refusal(settings.source, [...source.problems, ...outside.problems]);
  const judged = validateDeployment(withChanges(source.data, outside.overrides));
  const place = (problem: PathProblem): Problem => placed(problem, source, outside.overrides);
  const isEcho = ({ path }: PathProblem): boolean => outside.refused.some((refused) => isPrefix(refused, path));
  const inside = 'problems' in judged ? judged.problems.filter((problem) => !isEcho(problem)).map(place) : [];
  if (outside.problems.length > 0 || !('deployment' in judged)) {
    throw refusal(settings.source, [...outside.problems, ...inside]);
  }
  return {
    deployment: judged.deployment,
    overrides: outside.overrides.filter(({ path, value }) => !isDeepStrictEqual(readPath(source.data, path), value)),
    warnings: [...outside.warnings, ...judged.warnings.map(place)],
  };
}

/** The result of validating a deployment as data: the deployment, or all its problems. */
export type ValidatedDeployment =
  | { readonly deployment: Deployment; readonly warnings: readonly PathProblem[] }
  | { readonly problems: readonly PathProblem[] };

/** Validates a deployment that is already data, as the wizard needs. Pure. */
export function validateDeployment(file: JsonObject): ValidatedDeployment {
  const filled = withDefaults(file);
  const parsed = deploymentSchema.safeParse(filled);
  const shapeProblems = parsed.success ? [] : withoutEchoes(problemsOfIssues(parsed.error.issues, filled), filled);
  const sections = parsed.success ? { ...NO_SECTIONS, ...parsed.data } : soundSections(filled);
  const { problems, warnings } = checkRules(sections);
  const all = unique([...shapeProblems, ...problems]);
  return parsed.success && all.length === 0 ? { deployment: parsed.data, warnings } : { problems: all };
}

/**
 * If `tier` or `target.type` is invalid, the defaults that depend on them are unknown. Removes the problems of missing
 * fields that they might fill.
 */
function withoutEchoes(problems: readonly PathProblem[], file: JsonObject): readonly PathProblem[] {
  const names = problems.map(({ path }) => formatPath(path));
  if (!names.some((name) => ['tier', 'target', 'target.type'].includes(name))) return problems;
  return problems.filter(({ path }) => readPath(file, path) !== undefined || !isDefaulted(path));
}

/**
 * All sections with value undefined. Rules distinguish an absent section (undefined) from an invalid one (no entry).
 */
const NO_SECTIONS = Object.fromEntries(Object.keys(deploymentSchema.shape).map((key) => [key, undefined]));

/** The sections that are valid on their own. The rules between them are checked although other sections are invalid. */
function soundSections(file: JsonObject): Partial<Deployment> {
  const sound = Object.entries(deploymentSchema.shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(file[key]);
    return parsed.success ? [[key, parsed.data] as const] : [];
  });
  return Object.fromEntries(sound) as Partial<Deployment>;
}

/** Adds the position in the file, or the flag that set the value. */
function placed({ path, message }: PathProblem, source: Source, overrides: readonly Override[]): Problem {
  const from = overrides.findLast((override) => isPrefix(override.path, path));
  if (from !== undefined) return { path: formatPath(path), message: `${message} (from ${from.source})` };
  return { path: formatPath(path), message, ...source.placeOf(path) };
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === path[index]);
}

function unique(problems: readonly PathProblem[]): readonly PathProblem[] {
  const seen = new Map(problems.map((problem) => [`${formatPath(problem.path)}\n${problem.message}`, problem]));
  return [...seen.values()];
}
