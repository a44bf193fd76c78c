/** A Google service account as Dify wants it: its JSON in base64. A value that is base64 already is taken as it is. */
export function base64Json(value: string): string {
  const text = value.trim();
  return text.startsWith('{') ? Buffer.from(text).toString('base64') : text;
}
