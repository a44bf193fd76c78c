/** Properties of a secret's text that its readers may not handle; nothing of the value itself. */
export type SecretTrait =
  /** White space or a line break at either end, most likely by mistake. */
  | 'space-at-end'
  /** A line break inside. */
  | 'lines'
  /** White space inside. */
  | 'space'
  | 'not-ascii'
  /** Without quotes in `key=value key=value`, it is read back as a different text. */
  | 'not-for-dsn'
  /** Unpadded base64url of exactly 32 bytes. */
  | 'base64url-32';

/** Returns all traits of the value. */
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
 * True if the text survives unquoted in a keyword/value connection string, as the plugin daemon (0.6) writes it and pgx
 * (v5, parseKeywordValueSettings) reads it: white space ends a value, a quote begins a quoted one, and `\\`, `\'` and a
 * final `\` are escapes.
 */
export function isPlainDsnValue(text: string): boolean {
  return text !== '' && !/[\s\v]/.test(text) && !text.startsWith("'") && !/\\[\\']|\\$/.test(text);
}
