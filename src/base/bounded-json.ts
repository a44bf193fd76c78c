/**
 * Levels of nested lists and objects. A CustomResourceDefinition has some 60. Code that walks a document is recursive.
 */
const DEPTH_LIMIT = 200;
/** Values of one document. Each value costs memory, even if it is written in one byte. */
const VALUE_LIMIT = 500_000;

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, COMMA] = [...'"\\[]{},'].map((sign) => sign.charCodeAt(0));

/**
 * `JSON.parse` for text from servers, clusters and files. Throws SyntaxError if the text is not JSON, and before
 * building it if the document has more than 200 levels or 500,000 values.
 */
export function boundedJson(text: string): unknown {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) at = endOfText(text, at);
    else if (sign === COMMA) values += 1;
    else if (sign === CLOSE || sign === CLOSE_LIST) depth -= 1;
    else if (sign === OPEN || sign === OPEN_LIST) {
      depth += 1;
      values += 1;
    }
    if (depth > DEPTH_LIMIT) throw new SyntaxError(`JSON with more than ${DEPTH_LIMIT} levels`);
    if (values > VALUE_LIMIT) throw new SyntaxError(`JSON with more than ${VALUE_LIMIT} values`);
  }
  return JSON.parse(text);
}

/** Like `boundedJson`, but returns undefined if the text is not JSON or is over a limit. */
export function tryBoundedJson(text: string): unknown {
  try {
    return boundedJson(text);
  } catch {
    return undefined;
  }
}

/** Returns the index of the closing quote, or an index past the end of the text. */
function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
