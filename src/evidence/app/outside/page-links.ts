/**
 * Attributes in which Dify's web front end tells the browser its addresses: `data-api-prefix`,
 * `data-public-api-prefix`, … (upstream's web/app/layout.tsx).
 */
const ATTRIBUTE = /data-([a-z-]{1,60}-prefix)="(https?:\/\/[^"\s]{1,300})"/g;

/** An absolute address in a page. */
export interface PageLink {
  readonly attribute: string;
  readonly url: string;
}

/** The absolute addresses that a page of the web front end gives to the browser. */
export function pageLinks(page: string): readonly PageLink[] {
  return [...page.matchAll(ATTRIBUTE)].map(([, attribute = '', url = '']) => ({ attribute: `data-${attribute}`, url }));
}
