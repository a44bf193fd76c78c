import { loadAll, YAMLException } from 'js-yaml';

/**
 * Limits of signs in one document, and in the whole text. Each sign may begin a value, whose tree needs some 600 bytes.
 * The largest CustomResourceDefinition of the Gateway API has 14,000.
 */
const DOCUMENT_LIMIT = 60_000;
const TEXT_LIMIT = 500_000;
const SIGNS = new Set([...'\n:,-[{?&*!|>"\''].map((sign) => sign.charCodeAt(0)));

/** An error in a YAML text: `is not valid YAML, line 3`. The message repeats nothing of the text. */
export class YamlFault extends Error {
  constructor(observed: string, line?: number) {
    super(line === undefined ? observed : `${observed}, line ${line}`);
  }
}

/**
 * Returns the documents of a YAML text as data, for text from charts, clusters and programs. If a key is written twice,
 * the last one counts. Throws YamlFault if the text is not YAML, nests too deep or has too many values.
 */
export function boundedYaml(text: string): readonly unknown[] {
  refuseTooMuch(text);
  const documents = parse(text);
  // Only an alias (`*name`) makes two values one.
  if (text.includes('*')) refuseMultiplied(documents);
  return documents;
}

function parse(text: string): readonly unknown[] {
  try {
    return loadAll(text, { json: true });
  } catch (error) {
    // The error of the library is no cause: its message repeats lines of the text.
    const line = error instanceof YAMLException ? error.mark?.line : undefined;
    throw new YamlFault('is not valid YAML', line === undefined ? undefined : line + 1);
  }
}

/** Refuses aliases that multiply each other, and a value that contains itself: code that reads every value would not end. */
function refuseMultiplied(documents: readonly unknown[]): void {
  const sizes = new Map<object, number>();
  const sizeOf = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    sizes.set(value, Number.POSITIVE_INFINITY);
    const size = Object.values(value).reduce<number>((sum, one) => sum + sizeOf(one), 1);
    sizes.set(value, size);
    return size;
  };
  if (documents.reduce<number>((sum, one) => sum + sizeOf(one), 0) > TEXT_LIMIT) {
    throw new YamlFault('is YAML with aliases that multiply');
  }
}

function refuseTooMuch(text: string): void {
  let inAll = 0;
  let inOne = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!SIGNS.has(text.charCodeAt(at))) continue;
    inAll += 1;
    inOne = text.startsWith('\n---', at) ? 0 : inOne + 1;
    if (inAll > TEXT_LIMIT || inOne > DOCUMENT_LIMIT) throw new YamlFault('is YAML with too many values');
  }
}
