/** Dify's own process kinds, as the community chart and upstream's Compose have them. */
export const COMPONENTS = [
  'api',
  'worker',
  'beat',
  'apiWebsocket',
  'web',
  'sandbox',
  'ssrfProxy',
  'pluginDaemon',
  'agentBackend',
  'localSandbox',
  'proxy',
] as const;
export type ComponentName = (typeof COMPONENTS)[number];
