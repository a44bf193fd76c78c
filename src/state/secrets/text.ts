/**
 * The text of a secret, byte for byte, or why it is none: a secret that is read otherwise than it was written would be a wrong one that nobody sees.
 * `what` names where it is, for the reason.
 */
export function secretText(bytes: Uint8Array, what: string): { readonly value: string } | { readonly reason: string } {
  if (bytes.length === 0) return { reason: `${what} is empty` };
  if (isUtf16(bytes)) return { reason: `${what} is UTF-16 text; save it as UTF-8` };
  if (bytes.includes(0)) return { reason: `${what} holds a NUL byte, which no program takes in a password` };
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { reason: `${what} is not UTF-8 text; save it as UTF-8` };
  }
}

/** By its mark (https://www.unicode.org/faq/utf_bom), or by the zero bytes beside the ASCII letters of a short text. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  if (bytes.length < 4 || bytes.length % 2 !== 0) return false;
  const zeros = [0, 1].map((parity) => bytes.filter((byte, index) => index % 2 === parity && byte === 0).length);
  return zeros.some((count, parity) => count === bytes.length / 2 && zeros[1 - parity] === 0);
}
