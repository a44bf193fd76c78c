import { boundedYaml, YamlFault } from '../../base/bounded-yaml.ts';
import { ExternalError } from '../../base/errors.ts';

/** The objects of a manifest of several documents; empty ones left out. Throws ExternalError for what is no YAML. */
export function documentsOf(manifest: string): readonly unknown[] {
  try {
    return boundedYaml(manifest).filter((object) => object !== null && object !== undefined);
  } catch (cause) {
    throw cause instanceof YamlFault ? new ExternalError(`a manifest ${cause.message}`, { cause }) : cause;
  }
}
