const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Returns the content of each element of this name, tags included. Ignores namespaces. S3's answers nest no element in
 * one of the same name. Reads each byte once, whatever a server sends.
 */
export function elements(xml: string, name: string): readonly string[] {
  const found: string[] = [];
  let inside: number | undefined;
  for (let at = xml.indexOf('<'); at >= 0; ) {
    const end = xml.indexOf('>', at);
    if (end < 0) break;
    const isEnd = xml[at + 1] === '/';
    if (isNamed(xml, isEnd ? at + 2 : at + 1, end, name)) {
      if (isEnd && inside !== undefined) found.push(xml.slice(inside, at));
      const isWhole = xml[end - 1] === '/';
      if (isEnd) inside = undefined;
      else if (!isWhole) inside ??= end + 1;
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

/** Returns the text of the first element of this name. Empty if there is none. */
export function textOf(xml: string, name: string): string {
  const inside = elements(xml, name)[0] ?? '';
  return inside.replace(/&(amp|lt|gt|quot|apos);/g, (whole, entity: string) => ENTITIES[entity] ?? whole).trim();
}

/** Returns the name of the root element: `ListBucketResult`, `Error`. Empty if the text is not XML. */
export function rootOf(xml: string): string {
  return /^\s*(?:<\?[^>]*\?>\s*)?<(?:\w+:)?(\w+)/.exec(xml)?.[1] ?? '';
}
