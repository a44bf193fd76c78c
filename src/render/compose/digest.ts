import { sha256 } from '../../base/digest.ts';
import type { JsonObject } from '../../base/json.ts';

/**
 * A label with 16 hex digits of a mounted file's digest. Compose does not compare the contents of mounted files; the
 * label makes it recreate the service if the file changed.
 */
export function digestLabel(content: string): JsonObject {
  return { 'difyctl.config-digest': sha256(content).slice(0, 16) };
}
