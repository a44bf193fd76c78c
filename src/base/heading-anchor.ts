/** Returns the anchor of a heading on a page: lower case, and dashes between words: `deleted-bucket`. */
export function headingAnchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}
