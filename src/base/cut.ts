/** Stands where a text was cut. The redactor looks for the beginning of a secret before it, so every cut of a text from outside leaves it. */
export const CUT = '…';

/** The first `limit` characters, with the mark of a cut where there were more; no character is halved. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? limit - 1 : limit) + CUT;
}
