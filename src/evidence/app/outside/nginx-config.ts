/** How nginx treats one rule of Dify's routing table. */
export interface NginxRule {
  /** The rule of the routing table: `/v1`. */
  readonly prefix: string;
  /** The location that handles it: the longest prefix of it in the same server. Empty if none does. */
  readonly location: string;
  /** True if nginx collects answers before it passes them on. */
  readonly buffers: boolean;
  /** Names of the headers that it sets for the server behind, in lower case. */
  readonly headers: readonly string[];
}

/** A directive with its arguments, and its block if it has one. */
interface Directive {
  readonly words: readonly string[];
  readonly block?: readonly Directive[];
}

/** What a block inherits from the block around it. */
interface Inherited {
  readonly buffers: boolean;
  readonly headers: readonly string[];
}

interface Location extends Inherited {
  readonly path: string;
}

/** Files of a configuration by name, and how many words may still be read, also of files included again and again. */
interface Sources {
  readonly files: ReadonlyMap<string, string>;
  words: number;
}

/** Depth of nested blocks, and of included files. nginx itself needs five. */
const MOST_DEPTH = 10;
/** The rendered configuration has about 500 words. */
const MOST_WORDS = 50_000;
/** Characters of a configuration that are read. */
const MOST_TEXT = 500_000;
/** `nginx -T` prints this line before each file. */
const FILE_MARK = /^# configuration file (.+):$/m;
const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\$\{\w+\}|[^\s{};"'#])(?:\$\{\w+\}|[^\s{};])*/g;

/**
 * Reads the output of `nginx -T` and returns how nginx treats each prefix. The rules are those of the nginx reference:
 * the longest prefix wins, `proxy_buffering` is on by default, and `proxy_set_header` is inherited only by a block that
 * sets none itself. Locations of regular expressions are not considered.
 */
export function nginxRules(output: string, prefixes: readonly string[]): readonly NginxRule[] {
  const [before = '', ...parts] = output.slice(0, MOST_TEXT).split(FILE_MARK);
  const files = new Map<string, string>();
  for (let at = 0; at < parts.length; at += 2) files.set(parts[at] ?? '', parts[at + 1] ?? '');
  const main = [...files.values()][0] ?? before;
  const tree = parse(main, { files, words: MOST_WORDS });
  // A server that only redirects has no location that passes on.
  const servers = serversIn(tree, { buffers: true, headers: [] }).toSorted((one, other) => other.length - one.length);
  return prefixes.map((prefix) => ruleOf(prefix, servers[0] ?? []));
}

function ruleOf(prefix: string, locations: readonly Location[]): NginxRule {
  const best = locations
    .filter(({ path }) => prefix.startsWith(path))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
  if (best === undefined) return { prefix, location: '', buffers: false, headers: [] };
  return { prefix, location: best.path, buffers: best.buffers, headers: best.headers };
}

/** The locations that pass on, for each server. */
function serversIn(block: readonly Directive[], outer: Inherited): readonly (readonly Location[])[] {
  const own = inherit(block, outer);
  return block.flatMap(({ words, block: inner }) => {
    if (inner === undefined) return [];
    if (words[0] === 'server') return [locationsIn(inner, own)];
    return words[0] === 'http' ? serversIn(inner, own) : [];
  });
}

function locationsIn(block: readonly Directive[], outer: Inherited): readonly Location[] {
  const own = inherit(block, outer);
  return block.flatMap(({ words, block: inner }) => {
    if (inner === undefined || words[0] !== 'location') return [];
    const path = words.at(-1) ?? '';
    const isPrefix = words.length === 2 || words[1] === '^~';
    const passes = inner.some((one) => one.words[0] === 'proxy_pass');
    return [...(isPrefix && passes ? [{ path, ...inherit(inner, own) }] : []), ...locationsIn(inner, own)];
  });
}

function inherit(block: readonly Directive[], outer: Inherited): Inherited {
  const value = block.findLast(({ words }) => words[0] === 'proxy_buffering')?.words[1];
  const headers = block.filter(({ words }) => words[0] === 'proxy_set_header').map(({ words }) => words[1] ?? '');
  return {
    buffers: value === undefined ? outer.buffers : value !== 'off',
    headers: headers.length === 0 ? outer.headers : [...new Set(headers.map((name) => name.toLowerCase()))],
  };
}

/** The directives of a text, with those of the files that it includes. Deeper blocks than `MOST_DEPTH` are dropped. */
function parse(text: string, sources: Sources, depth = 0): readonly Directive[] {
  const open: Directive[][] = [[]];
  let words: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    sources.words -= 1;
    if (sources.words < 0) break;
    if (token.startsWith('#')) continue;
    if (token === '}') {
      if (open.length > 1) open.pop();
    } else if (token === ';' && words[0] === 'include') {
      open.at(-1)?.push(...included(words[1] ?? '', sources, depth + 1));
    } else if (token === ';') {
      open.at(-1)?.push({ words });
    } else if (token === '{') {
      const block: Directive[] = [];
      if (open.length <= MOST_DEPTH) open.at(-1)?.push({ words, block });
      open.push(block);
    } else {
      words.push(unquoted(token));
      continue;
    }
    words = [];
  }
  return open[0] ?? [];
}

function included(pattern: string, sources: Sources, depth: number): readonly Directive[] {
  if (depth > MOST_DEPTH) return [];
  return [...sources.files]
    .filter(([name]) => isIncluded(name, pattern))
    .flatMap(([, text]) => parse(text, sources, depth));
}

/** True for a file that the pattern names. It may have one `*`. nginx resolves relative names against its own folder. */
function isIncluded(name: string, pattern: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return start.startsWith('/') ? name === start : name.endsWith(`/${start}`);
  return (start.startsWith('/') ? name.startsWith(start) : name.includes(`/${start}`)) && name.endsWith(end);
}

function unquoted(token: string): string {
  return /^(["']).*\1$/s.test(token) ? token.slice(1, -1) : token;
}
