const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The content of one element, tags included. */
interface Element {
  readonly name: string;
  readonly inside: string;
}

/** Returns the content of each element of this name, tags included. See `elementsOf`. */
export function elements(xml: string, name: string): readonly string[] {
  return elementsOf(xml, [name]).map(({ inside }) => inside);
}

/**
 * Returns the elements of these names, in the order of the document. Ignores namespaces. S3's answers nest no element in
 * one of the same name. Reads each byte once, whatever a server sends.
 */
export function elementsOf(xml: string, names: readonly string[]): readonly Element[] {
  const found: Element[] = [];
  let open: { readonly name: string; readonly from: number } | undefined;
  for (let at = xml.indexOf('<'); at >= 0; ) {
    const end = xml.indexOf('>', at);
    if (end < 0) break;
    const isEnd = xml[at + 1] === '/';
    const wanted = open === undefined ? names : [open.name];
    const name = wanted.find((one) => isNamed(xml, isEnd ? at + 2 : at + 1, end, one));
    if (name !== undefined) {
      if (isEnd && open !== undefined) found.push({ name, inside: xml.slice(open.from, at) });
      const isWhole = xml[end - 1] === '/';
      if (isEnd) open = undefined;
      else if (!isWhole) open ??= { name, from: end + 1 };
    }
    at = xml.indexOf('<', end);
  }
  return found;
}

/** Returns true if the tag between two indexes has this name, with or without a namespace prefix. */
function isNamed(xml: string, from: number, end: number, name: string): boolean {
  // A prefix is short; a longer text is not a prefix.
  const head = xml.slice(from, Math.min(end, from + name.length + 64));
  const tag = head.split(/[\s/]/, 1)[0] ?? '';
  return tag.slice(tag.indexOf(':') + 1) === name;
}

/** The character of an entity: `amp`, or a number, as MinIO writes a quotation mark (`#34`). */
function characterOf(entity: string): string | undefined {
  return entity.startsWith('#') ? String.fromCharCode(Number(entity.slice(1))) : ENTITIES[entity];
}

/** Returns the text of the first element of this name. Empty if there is none. */
export function textOf(xml: string, name: string): string {
  const inside = elements(xml, name)[0] ?? '';
  return inside
    .replace(/&(#\d{1,5}|amp|lt|gt|quot|apos);/g, (whole, entity: string) => characterOf(entity) ?? whole)
    .trim();
}

/** Returns the name of the root element: `ListBucketResult`, `Error`. Empty if the text is not XML. */
export function rootOf(xml: string): string {
  return /^\s*(?:<\?[^>]*\?>\s*)?<(?:\w+:)?(\w+)/.exec(xml)?.[1] ?? '';
}
