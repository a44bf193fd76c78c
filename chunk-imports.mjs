// Removes import statements that change nothing. esbuild repeats, in each chunk, an import of every chunk that is loaded
// through another one: two thirds of all imports, and Node resolves each of them.

/** Imports at the beginning of a chunk. */
const HEAD = /^(?:import(?:[^"]*?from)?"[^"]+";)+/;
const STATEMENT = /import([^"]*?from)?"([^"]+)";/g;

/**
 * Removes each import of a chunk for its effects alone, if an earlier import of the same chunk loads it too. The order
 * in which the chunks are evaluated stays the same.
 * @param {ReadonlyMap<string, string>} chunks text by file name, as esbuild writes it with minified whitespace
 * @returns {Map<string, string>}
 */
export function withoutRepeatedImports(chunks) {
  const statements = new Map([...chunks].map(([name, text]) => [name, statementsOf(text)]));
  const loaded = new Map();
  /** The chunks that are loaded with a chunk, without the chunk itself. */
  const loadedWith = (name) => {
    if (!loaded.has(name)) {
      const all = new Set();
      // Set before it is complete: chunks may import each other.
      loaded.set(name, all);
      for (const { chunk } of statements.get(name) ?? []) {
        all.add(chunk);
        for (const deeper of loadedWith(chunk)) all.add(deeper);
      }
    }
    return loaded.get(name);
  };
  return new Map(
    [...chunks].map(([name, text]) => {
      const before = new Set();
      const kept = (statements.get(name) ?? []).filter(({ chunk, isBare }) => {
        const isRepeated = isBare && before.has(chunk);
        for (const one of [chunk, ...loadedWith(chunk)]) before.add(one);
        return !isRepeated;
      });
      return [name, kept.map((statement) => statement.text).join('') + text.replace(HEAD, '')];
    }),
  );
}

function statementsOf(text) {
  const [head = ''] = HEAD.exec(text) ?? [];
  return [...head.matchAll(STATEMENT)].map(([statement, names, path]) => ({
    text: statement,
    chunk: path.replace(/^\.\//, ''),
    isBare: names === undefined,
  }));
}
