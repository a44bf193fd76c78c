/** A text of compose.yaml with what its variables stand for; undefined if one of them is not known. */
export function filled(text: string, env: Readonly<Record<string, string>>): string | undefined {
  const parts = text.split(/(\$\$|\$\{\w+\?[^}]*\})/);
  const values = parts.map((part, index) => {
    if (index % 2 === 0) return part;
    return part === '$$' ? '$' : env[/\w+/.exec(part)?.[0] ?? ''];
  });
  return values.includes(undefined) ? undefined : values.join('');
}
