const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * What stands inside each element of this name, tags included; namespaces are left aside. S3's answers nest no element in one of its own name. Each
 * byte is looked at once, whatever a server sends.
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

/** Whether the tag that lies between two places has this name, with or without a namespace before it. */
function isNamed(xml: string, from: number, end: number, name: string): boolean {
  // A prefix is short; what goes on for longer is none.
  const head = xml.slice(from, Math.min(end, from + name.length + 64));
  const tag = head.split(/[\s/]/, 1)[0] ?? '';
  return tag.slice(tag.indexOf(':') + 1) === name;
}

/** The text of the first element of this name; empty where there is none. */
export function textOf(xml: string, name: string): string {
  const inside = elements(xml, name)[0] ?? '';
  return inside.replace(/&(amp|lt|gt|quot|apos);/g, (whole, entity: string) => ENTITIES[entity] ?? whole).trim();
}

/** The document's own element: `ListBucketResult`, `Error`; empty where it is no XML. */
export function rootOf(xml: string): string {
  return /^\s*(?:<\?[^>]*\?>\s*)?<(?:\w+:)?(\w+)/.exec(xml)?.[1] ?? '';
}
