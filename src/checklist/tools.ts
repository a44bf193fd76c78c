/**
 * Upstream's compose files need 2.24.0 (`env_file.required`, `depends_on.required`: docker/README of langgenius/dify).
 * Its newest quick start asks for 2.35.0.
 */
export const OLDEST_COMPOSE = '2.24.0';
export const ADVISED_COMPOSE = '2.35.0';

/**
 * From this version on, every kubectl has `auth whoami`, server-side field validation and `apply --server-side` as
 * difyctl uses them (docs/versions.md).
 */
export const OLDEST_KUBECTL = '1.27.0';

/** kubectl may be one minor older or newer than the API server (Kubernetes version skew policy). */
export const KUBECTL_SKEW = 1;
