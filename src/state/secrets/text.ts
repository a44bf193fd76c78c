/**
 * Returns the text of a secret, byte for byte, or why it is not text: a value that is decoded wrongly would be a wrong
 * secret without any error. `what` names the source, for the reason.
 */
export function secretText(bytes: Uint8Array, what: string): { readonly value: string } | { readonly reason: string } {
  if (bytes.length === 0) return { reason: `${what} is empty` };
  if (isUtf16(bytes)) return { reason: `${what} is UTF-16 text; save it as UTF-8` };
  if (bytes.includes(0)) return { reason: `${what} contains a NUL byte, which no program accepts in a password` };
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { reason: `${what} is not UTF-8 text; save it as UTF-8` };
  }
}

/**
 * Returns true if the bytes have the byte order mark of UTF-16 (https://www.unicode.org/faq/utf_bom), or the zero bytes
 * beside the ASCII letters of a short text.
 */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  if (bytes.length < 4 || bytes.length % 2 !== 0) return false;
  const zeros = [0, 1].map((parity) => bytes.filter((byte, index) => index % 2 === parity && byte === 0).length);
  return zeros.some((count, parity) => count === bytes.length / 2 && zeros[1 - parity] === 0);
}
