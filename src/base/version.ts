declare const __DIFYCTL_VERSION__: string | undefined;

/**
 * The version of this difyctl, set by the bundler (build.mjs). `source` if it runs unbundled, as tools of the project
 * do.
 */
export const DIFYCTL_VERSION: string = typeof __DIFYCTL_VERSION__ === 'undefined' ? 'source' : __DIFYCTL_VERSION__;

/** apiVersion of every document that difyctl reads or writes. */
export const API_VERSION = 'difyctl/v1';
