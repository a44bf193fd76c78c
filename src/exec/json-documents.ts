/**
 * Objects as the standard input of `kubectl -f -`: JSON documents, one a line. Every kubectl from 1.27 on reads this. A `---` between the
 * documents fails up to 1.32 ("invalid character '-' in numeric literal"), and a `List` is validated by kubectl as a whole, not by the server.
 */
export function jsonDocuments(objects: readonly object[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}
