import { boundedYaml, YamlFault } from '../../base/bounded-yaml.ts';
import { ExternalError } from '../../base/errors.ts';

/**
 * The objects of a manifest with several documents, without empty ones. Throws ExternalError if the text is not YAML.
 */
export function documentsOf(manifest: string): readonly unknown[] {
  try {
    return boundedYaml(manifest).filter((object) => object !== null && object !== undefined);
  } catch (cause) {
    throw cause instanceof YamlFault ? new ExternalError(`a manifest ${cause.message}`, { cause }) : cause;
  }
}
