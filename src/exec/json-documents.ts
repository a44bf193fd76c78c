/**
 * Returns objects as standard input of `kubectl -f -`: JSON documents, one a line. Every kubectl from 1.27 on reads
 * this. A `---` between the documents fails up to 1.32 ("invalid character '-' in numeric literal"), and kubectl
 * validates a `List` as a whole, not the server.
 */
export function jsonDocuments(objects: readonly object[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}
