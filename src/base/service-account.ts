/**
 * Returns a Google service account as Dify expects it: its JSON in base64. Returns a value that is not JSON unchanged,
 * without white space around it: it is already base64.
 */
export function base64Json(value: string): string {
  const text = value.trim();
  return text.startsWith('{') ? Buffer.from(text).toString('base64') : text;
}
