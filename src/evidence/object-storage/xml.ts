const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What stands inside each element of this name, tags included; namespaces are left aside. S3's answers nest no element in one of its own name. */
export function elements(xml: string, name: string): readonly string[] {
  const pattern = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?(?<!/)>([\\s\\S]*?)</(?:\\w+:)?${name}>`, 'g');
  return [...xml.matchAll(pattern)].map(([, inside = '']) => inside);
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
