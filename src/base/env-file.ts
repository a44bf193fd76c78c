/** Variables of a `.env` as docker compose reads it: plain, 'single' or "double" quoted values, one a line. */
export function parseEnvFile(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    return match?.[1] === undefined ? [] : [[match[1], unquoted(match[2] ?? '')] as const];
  });
  return Object.fromEntries(pairs);
}

function unquoted(raw: string): string {
  const text = raw.trim();
  if (/^'.*'$/.test(text)) return text.slice(1, -1);
  if (/^".*"$/.test(text)) return text.slice(1, -1).replace(/\\(.)/g, '$1');
  return text;
}
