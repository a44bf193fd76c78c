/** Dify's own keys. Each is generated where the file says nothing. */
export const OWN_KEYS = [
  'secretKey',
  'innerApiKey',
  'pluginDaemonKey',
  'sandboxApiKey',
  'agentApiToken',
  'agentServerSecretKey',
  'agentSandboxToken',
] as const;
export type OwnKey = (typeof OWN_KEYS)[number];
