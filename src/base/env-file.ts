import { UserError } from './errors.ts';

/**
 * Returns the variables of a `.env` as docker compose reads it (checked with `docker compose config` of 2.24 and 5.6):
 * plain, 'single' or "double" quoted values, one a line. ` #` begins a comment after a value. `$NAME` and
 * `${NAME:-default}` are replaced from the lines before. A value of several lines, which difyctl never writes, is read
 * as its first line.
 */
export function parseEnvFile(text: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:](.*)$/.exec(line) ?? [];
    if (name !== undefined) found.set(name, valueIn((raw ?? '').trim(), found));
  }
  return Object.fromEntries(found);
}

function valueIn(raw: string, before: ReadonlyMap<string, string>): string {
  const [quote] = raw;
  const end = quote === "'" || quote === '"' ? closingQuote(raw, quote) : -1;
  if (end < 0) return filled(raw.replace(/\s#.*$/, '').trimEnd(), before);
  const inside = raw.slice(1, end);
  return quote === "'" ? inside.replaceAll("\\'", "'") : filled(unescaped(inside), before);
}

/** Returns the index of the quote that ends the value, or -1 if none does. */
function closingQuote(raw: string, quote: string): number {
  let at = 1;
  while (at < raw.length && raw[at] !== quote) at += raw[at] === '\\' ? 2 : 1;
  return at < raw.length ? at : -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$$' };

/** Keeps an unknown escape as it is written. */
function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (whole, sign: string) => ESCAPES[sign] ?? whole);
}

/** A variable that no line before sets is empty: the environment in which compose was run is not known here. */
function filled(text: string, before: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\{(\w+)(?::?-([^}$]*))?\}|\$([A-Za-z_]\w*)/g, (whole, braced, otherwise, bare) =>
    whole === '$$' ? '$' : before.get(braced ?? bare) || (otherwise ?? ''),
  );
}

/**
 * Returns a `.env` as docker compose reads it, one variable a line. Single quotes keep a value as it is, but they
 * cannot hold a quote or end in a backslash. A value with a quote or a backslash is in double quotes, where backslash,
 * quote and dollar are escaped. Throws UserError for a value of more than one line, because readers of `.env` files
 * disagree on it. The message does not repeat the value.
 */
export function envFile(header: readonly string[], variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}`);
  return [...header.map((line) => `# ${line}`), ...lines, ''].join('\n');
}

function quoted(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new UserError(
      `the value of ${name} has more than one line; in a .env file of Docker Compose, each value is one line`,
      {
        next: ['change the secret to one line'],
      },
    );
  }
  if (!/['\\]/.test(value)) return `'${value}'`;
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`;
}
