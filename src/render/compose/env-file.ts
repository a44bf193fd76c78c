import { UserError } from '../../base/errors.ts';

/**
 * A `.env` as docker compose reads it, one variable a line. Single quotes keep a value as it is; they cannot hold a quote
 * or end in a backslash, so a value with either stands in double quotes, where backslash, quote and dollar are escaped.
 * Throws UserError for a value of more than one line, which no reader of `.env` files takes alike; the value is not repeated.
 */
export function envFile(header: readonly string[], variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}`);
  return [...header.map((line) => `# ${line}`), ...lines, ''].join('\n');
}

function quoted(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new UserError(
      `the value of ${name} has more than one line; a .env file of Docker Compose holds one line for each value`,
      {
        next: ['give the secret on one line'],
      },
    );
  }
  if (!/['\\]/.test(value)) return `'${value}'`;
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`;
}
