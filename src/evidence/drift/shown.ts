import { isObject } from '../../base/json.ts';
import { oneLine } from '../../base/printable.ts';

/** Names of fields whose values are always treated as secret. */
const SECRET_NAME =
  /pass(word|wd)?|secret|token|credential|api_?key|access_?key|private|auth|dsn|webhook|broker|\bkey\b|_key\b/i;
/** A URL with a password in it. */
const SECRET_VALUE = /:\/\/[^\s/:@]*:[^\s/@]+@/;
const LONGEST = 80;

export interface Shown {
  readonly was?: string;
  readonly is?: string;
  readonly secret?: true;
}

/**
 * Two values as text: scalars unchanged, of multi-line texts the first line that differs. Only `secret` if one may be
 * secret.
 */
export function shownValues(kind: string, path: string, was: unknown, is: unknown): Shown {
  const [before, after] = [plain(was), plain(is)];
  if (kind === 'Secret' || isSecretValue(path, before) || isSecretValue(path, after)) return { secret: true };
  const [one, other] = before !== undefined && after !== undefined ? firstDifference(before, after) : [before, after];
  if (isSecretValue('', one) || isSecretValue('', other)) return { secret: true };
  return {
    ...(one === undefined ? {} : { was: short(one) }),
    ...(other === undefined ? {} : { is: short(other) }),
  };
}

/** True if a value at this path, or with this text, may be a secret. */
function isSecretValue(path: string, text: string | undefined): boolean {
  if (text === undefined) return false;
  const named = /\[([^\]]+)\](?:\.value)?$/.exec(path)?.[1] ?? path.split('.').at(-1) ?? '';
  return (
    SECRET_NAME.test(named) ||
    SECRET_VALUE.test(text) ||
    (/^[^=\s]{1,60}\s*[=:]\s/.test(text) && SECRET_NAME.test(text))
  );
}

function plain(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (!isObject(value)) return JSON.stringify(value);
  // A variable is shown as its value, a container as its image; other objects as their field names.
  for (const key of ['value', 'image']) if (typeof value[key] === 'string') return value[key];
  return `{ ${Object.keys(value).join(', ')} }`;
}

function firstDifference(before: string, after: string): readonly [string, string] {
  if (!before.includes('\n') && !after.includes('\n')) return [before, after];
  const [old, next] = [before.split('\n'), after.split('\n')];
  const at = Math.max(
    0,
    old.findIndex((line, index) => line !== next[index]),
  );
  return [(old[at] ?? '').trim(), (next[at] ?? '').trim()];
}

function short(text: string): string {
  const line = oneLine(text).trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line === '' ? '""' : line;
}
