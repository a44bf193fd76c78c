/** Replaces the variables in a text of compose.yaml by their values. Undefined if one of them is not known. */
export function filled(text: string, env: Readonly<Record<string, string>>): string | undefined {
  const parts = text.split(/(\$\$|\$\{\w+\?[^}]*\})/);
  const values = parts.map((part, index) => {
    if (index % 2 === 0) return part;
    return part === '$$' ? '$' : env[/\w+/.exec(part)?.[0] ?? ''];
  });
  return values.includes(undefined) ? undefined : values.join('');
}
