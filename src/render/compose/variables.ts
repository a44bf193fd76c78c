import { UserError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { type EnvEntry, type EnvValue, resolveValue } from '../../providers/env-entry.ts';
import type { VariableSource } from '../rendered.ts';

/**
 * Secrets reach containers as `environment:` entries that name a variable of `.env`: so compose.yaml holds none, each
 * container gets only its own, and `.env` stays the one file to guard (an `env_file:` would hand all of it to every
 * container). The variables have names of difyctl's own, since a variable of the shell outranks `.env`, and
 * `SECRET_KEY` or `DB_PASSWORD` may well stand in somebody's shell.
 */
export interface Variables {
  /** The entries as `environment:`, their secrets noted for `.env`. */
  environment(entries: readonly EnvEntry[]): JsonObject;
  /** What `.env` must hold for all that was asked so far, sorted by name. */
  file(): Readonly<Record<string, string>>;
  /** What each of these variables is made of. */
  sources(): Readonly<Record<string, VariableSource>>;
}

/** Collects the variables of one rendered set. Throws (a bug) where two values claim one name. */
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

/** The variable of `.env` that holds a secret as it is: `redis.sentinel.password` → `DIFY_SECRET_REDIS_SENTINEL_PASSWORD`. */
export function secretVariable(path: SecretPath): string {
  const words = path.replace(/^secrets\./, '').split('.');
  return PREFIX + words.map((word) => word.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_');
}

/** The variable that holds a text made of secrets, after the one it becomes: `CELERY_BROKER_URL` → `DIFY_SECRET_CELERY_BROKER_URL`. */
function composedVariable(name: string): string {
  return PREFIX + name.replace(/^DIFY_/, '');
}

/** A text that compose.yaml gives on as it is: Compose takes `$$` for a dollar. */
export function escapeDollars(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** Docker Compose reads `.env` line by line, and no two of its versions read a value of several lines alike. */
function refuseLines(path: SecretPath, text: string): void {
  if (!/[\r\n\0]/.test(text)) return;
  throw new UserError(`${path}: the secret has more than one line; on Docker Compose it must be one line`, {
    next: ['change the secret to one line; a line break at the very end of a file does not count'],
  });
}
