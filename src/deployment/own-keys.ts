/** Dify's own keys. A key that the file does not set is generated. */
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
