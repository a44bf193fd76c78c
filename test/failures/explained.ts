/** Mutations that no check finds, each `path: mutation`, and why that is right or what a check would need. */
export const EXPLAINED: Readonly<Record<string, string>> = {
  'objectStorage.s3.addressStyle: an address style that the server does not support':
    'not an error: the endpoint is an IP address, for which Dify always uses path style',
  'urls.console: a different site than the API':
    'not an error: each page calls the API at its own origin, so its cookies are sent; a different address in extraEnv is found (failure 17)',
};
