/**
 * A `.env` as docker compose reads it, one variable a line. Single quotes keep a value as it is; they cannot hold a quote
 * or end in a backslash, so a value with either stands in double quotes, where backslash, quote and dollar are escaped.
 * Throws RangeError for a value of more than one line, which no reader of `.env` files takes alike.
 */
export function envFile(header: readonly string[], variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}`);
  return [...header.map((line) => `# ${line}`), ...lines, ''].join('\n');
}

function quoted(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new RangeError(`${name} has more than one line`);
  if (!/['\\]/.test(value)) return `'${value}'`;
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`;
}
