import { UserError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { type EnvEntry, type EnvValue, resolveValue } from '../../providers/env-entry.ts';
import type { VariableSource } from '../rendered.ts';

/**
 * Secrets reach containers as `environment:` entries that refer to a variable of `.env`. So compose.yaml holds no
 * secret, each container gets only its own secrets, and `.env` is the only file to protect. (An `env_file:` would give
 * every container all of them.) The variables have a prefix of difyctl, because a variable of the shell overrides
 * `.env`, and the operator's shell may well define `SECRET_KEY` or `DB_PASSWORD`.
 */
export interface Variables {
  /** Returns the entries as `environment:` and records their secrets for `.env`. */
  environment(entries: readonly EnvEntry[]): JsonObject;
  /** The variables of `.env` for all entries so far, sorted by name. */
  file(): Readonly<Record<string, string>>;
  /** The secrets that each of these variables is made of. */
  sources(): Readonly<Record<string, VariableSource>>;
}

/**
 * Collects the variables of one rendered set. Throws Error (a bug) if one name gets two different values, and UserError
 * if a secret has more than one line.
 */
export function collectVariables(secrets: SecretValues): Variables {
  const found = new Map<string, string>();
  const sources = new Map<string, VariableSource>();
  const reference = (name: string, value: EnvValue): string => {
    if ('literal' in value) return escapeDollars(value.literal);
    const variable = 'secret' in value ? secretVariable(value.secret) : composedVariable(name);
    const text = resolveValue(value, (path) => secrets.get(path));
    if ('secret' in value) refuseLines(value.secret, text);
    if ((found.get(variable) ?? text) !== text) throw new Error(`two values for ${variable}`);
    found.set(variable, text);
    sources.set(variable, 'secret' in value ? { of: [value.secret], isWhole: true } : { of: value.of, isWhole: false });
    return `\${${variable}?missing in .env}`;
  };
  return {
    environment: (entries) => Object.fromEntries(entries.map(({ name, value }) => [name, reference(name, value)])),
    file: () => sorted(found),
    sources: () => sorted(sources),
  };
}

function sorted<T>(values: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const PREFIX = 'DIFY_SECRET_';

/**
 * The variable of `.env` that holds one whole secret: `redis.sentinel.password` →
 * `DIFY_SECRET_REDIS_SENTINEL_PASSWORD`.
 */
export function secretVariable(path: SecretPath): string {
  const words = path.replace(/^secrets\./, '').split('.');
  return PREFIX + words.map((word) => word.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_');
}

/**
 * The variable of `.env` for a text composed of secrets, named after the variable in the container: `CELERY_BROKER_URL`
 * → `DIFY_SECRET_CELERY_BROKER_URL`.
 */
function composedVariable(name: string): string {
  return PREFIX + name.replace(/^DIFY_/, '');
}

/** Escapes a text for compose.yaml: Compose reads `$$` as one dollar sign. */
export function escapeDollars(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/**
 * Throws UserError for a secret of several lines: Docker Compose reads `.env` line by line, and its versions differ in
 * how they read a value of several lines.
 */
function refuseLines(path: SecretPath, text: string): void {
  if (!/[\r\n\0]/.test(text)) return;
  throw new UserError(`${path}: the secret has more than one line; on Docker Compose it must be one line`, {
    next: ['change the secret to one line; a line break at the end of a file does not count'],
  });
}
