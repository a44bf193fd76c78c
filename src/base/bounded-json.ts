/** Levels of lists and objects: a CustomResourceDefinition has some 60, and who walks through them calls itself. */
const DEPTH_LIMIT = 200;
/** Values of one document: each costs memory, however few bytes it is written in. */
const VALUE_LIMIT = 500_000;

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, COMMA] = [...'"\\[]{},'].map((sign) => sign.charCodeAt(0));

/**
 * `JSON.parse` for what servers, clusters and files say. Throws SyntaxError also for a document of more than 200 levels or 500,000 values, before it is
 * built.
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
    if (depth > DEPTH_LIMIT) throw new SyntaxError(`JSON of more than ${DEPTH_LIMIT} levels`);
    if (values > VALUE_LIMIT) throw new SyntaxError(`JSON of more than ${VALUE_LIMIT} values`);
  }
  return JSON.parse(text);
}

/** The same; undefined for a text that is no such JSON. */
export function tryBoundedJson(text: string): unknown {
  try {
    return boundedJson(text);
  } catch {
    return undefined;
  }
}

/** The place of the closing quote, or the end. */
function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
