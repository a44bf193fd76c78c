declare const __DIFYCTL_VERSION__: string;

/** The version of this difyctl, put in by the bundler (build.mjs). */
export const DIFYCTL_VERSION: string = __DIFYCTL_VERSION__;

/** apiVersion of every document that difyctl reads or writes. */
export const API_VERSION = 'difyctl/v1';
