/** The parts of an image's name, by the rules of container engines. */
export interface ImageReference {
  /** Host and port as in the name; `docker.io` if the name has none. */
  readonly registry: string;
  /** Host that serves the registry's API; for Docker Hub it differs from `registry`. */
  readonly server: string;
  /** `library/nginx`, `langgenius/dify-api`. */
  readonly repository: string;
  /** Tag or digest; `latest` if the name has neither. */
  readonly reference: string;
}

const DOCKER_HUB = 'docker.io';

/**
 * `nginx:1.28` → docker.io, library/nginx, 1.28. The part before the first slash is a registry if it has a dot or a
 * colon, or is `localhost`.
 */
export function parseImage(name: string): ImageReference {
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = !hasRegistry || first === 'index.docker.io' ? DOCKER_HUB : first;
  const path = hasRegistry ? rest.join('/') : name;
  const [tagged = '', digest] = path.split('@');
  const colon = tagged.lastIndexOf(':');
  const repository = colon < 0 ? tagged : tagged.slice(0, colon);
  const reference = digest ?? (colon < 0 ? 'latest' : tagged.slice(colon + 1));
  const isHub = registry === DOCKER_HUB;
  return {
    registry,
    server: isHub ? 'registry-1.docker.io' : registry,
    repository: isHub && !repository.includes('/') ? `library/${repository}` : repository,
    reference,
  };
}

/** The complete name, so that two names of one image are equal. */
export function fullName(name: string): string {
  const { registry, repository, reference } = parseImage(name);
  return `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}
