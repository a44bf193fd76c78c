/**
 * Marks where a text was cut. The redactor looks for the beginning of a secret before this mark, so every cut of a text
 * from outside leaves it.
 */
export const CUT = '…';

/** Returns the first `limit` characters, and the mark of a cut if there were more. Splits no surrogate pair. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? limit - 1 : limit) + CUT;
}
