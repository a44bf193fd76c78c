/**
 * Returns a Google service account as Dify expects it: its JSON in base64. A value that is not JSON is already base64
 * and is returned without surrounding white space.
 */
export function base64Json(value: string): string {
  const text = value.trim();
  return text.startsWith('{') ? Buffer.from(text).toString('base64') : text;
}
