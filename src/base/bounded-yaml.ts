import { Composer, LineCounter, Parser } from 'yaml';

/**
 * Limits of signs in one document, and in the whole text. Each sign may begin a value, whose tree needs some 600 bytes.
 * The largest CustomResourceDefinition of the Gateway API has 14,000.
 */
const DOCUMENT_LIMIT = 60_000;
const TEXT_LIMIT = 500_000;
const SIGNS = new Set([...'\n:,-[{?&*!|>"\''].map((sign) => sign.charCodeAt(0)));

/** An error in a YAML text: `is not valid YAML, line 3`. The message repeats nothing of the text. */
export class YamlFault extends Error {
  constructor(observed: string, line?: number, cause?: unknown) {
    super(line === undefined ? observed : `${observed}, line ${line}`, { cause });
  }
}

/**
 * Returns the documents of a YAML text as data, for text from charts, clusters and programs. Holds the tree of one
 * document at a time. If a key is written twice, the last one counts: comparing each key with all keys before it takes
 * minutes. Throws YamlFault if the text is not YAML, nests too deep or has too many values.
 */
export function boundedYaml(text: string): readonly unknown[] {
  refuseTooMuch(text);
  const counter = new LineCounter();
  const parser = new Parser(counter.addNewLine);
  const composer = new Composer({ logLevel: 'error', uniqueKeys: false });
  const found: unknown[] = [];
  try {
    for (const document of composer.compose(parser.parse(text))) {
      const [fault] = document.errors;
      if (fault !== undefined) throw new YamlFault('is not valid YAML', counter.linePos(fault.pos[0]).line, fault);
      found.push(document.toJS());
    }
  } catch (error) {
    if (error instanceof YamlFault) throw error;
    // The library is recursive, and refuses aliases that multiply.
    throw new YamlFault('is not valid YAML', undefined, error);
  }
  return found;
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
