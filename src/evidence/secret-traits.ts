/** How a secret is written, as far as something that reads it may stumble over it; nothing of the value itself. */
export type SecretTrait =
  /** White space or a line break at either end, which nobody means to be there. */
  | 'space-at-end'
  /** A line break within. */
  | 'lines'
  /** White space within. */
  | 'space'
  | 'not-ascii'
  /** Written without quotes into `key=value key=value`, it is read back as something else. */
  | 'not-for-dsn'
  /** Unpadded base64url of exactly 32 bytes. */
  | 'base64url-32';

/** All that is true of the value. */
export function traitsOf(value: string): readonly SecretTrait[] {
  const traits: readonly (readonly [SecretTrait, boolean])[] = [
    ['space-at-end', value.trim() !== value],
    ['lines', /[\r\n]/.test(value.trim())],
    ['space', /\s/.test(value.trim())],
    ['not-ascii', /[^\x20-\x7e\s]/.test(value)],
    ['not-for-dsn', !isPlainDsnValue(value)],
    ['base64url-32', /^[\w-]{43}$/.test(value) && Buffer.from(value, 'base64url').length === 32],
  ];
  return traits.filter(([, holds]) => holds).map(([trait]) => trait);
}

/**
 * True where the text comes back whole after it was written without quotes into a keyword/value connection string, as the plugin daemon (0.6) does and as pgx
 * (v5, parseKeywordValueSettings) reads: white space ends a value, a quote begins a quoted one, and `\\`, `\'` and a last `\` are escapes.
 */
export function isPlainDsnValue(text: string): boolean {
  return text !== '' && !/[\s\v]/.test(text) && !text.startsWith("'") && !/\\[\\']|\\$/.test(text);
}
