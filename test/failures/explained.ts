/** Mutations that nothing finds, each `path: what was done`, and why that is right or what it would take. */
export const EXPLAINED: Readonly<Record<string, string>> = {
  'objectStorage.s3.addressStyle: an address style that the server does not serve':
    'no fault here: the endpoint is an IP address, which has no host names below it, and so Dify asks it by path whatever the file says',
  'urls.console: another site than the API':
    'no fault: each page is told to call the API at its own origin, so that its cookies go with it; what extraEnv says otherwise is found (failure 17)',
};
