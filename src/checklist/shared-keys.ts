import type { ComponentName } from './components.ts';

/** A variable of one component that has a key. */
export type KeySide = readonly [component: ComponentName, variable: string];

/** One secret under several names: a change for one component must be made for all (Dify 1.16, plugin daemon 0.6). */
export const SHARED_KEYS: readonly (readonly KeySide[])[] = [
  [
    ['api', 'PLUGIN_DAEMON_KEY'],
    ['worker', 'PLUGIN_DAEMON_KEY'],
    ['pluginDaemon', 'SERVER_KEY'],
    ['agentBackend', 'DIFY_AGENT_PLUGIN_DAEMON_API_KEY'],
  ],
  [
    ['api', 'INNER_API_KEY_FOR_PLUGIN'],
    ['worker', 'INNER_API_KEY_FOR_PLUGIN'],
    ['pluginDaemon', 'DIFY_INNER_API_KEY'],
    ['agentBackend', 'DIFY_AGENT_INNER_API_KEY'],
  ],
  [
    ['api', 'CODE_EXECUTION_API_KEY'],
    ['worker', 'CODE_EXECUTION_API_KEY'],
    ['sandbox', 'API_KEY'],
  ],
  [
    ['api', 'AGENT_BACKEND_API_TOKEN'],
    ['worker', 'AGENT_BACKEND_API_TOKEN'],
    ['agentBackend', 'DIFY_AGENT_API_TOKEN'],
  ],
  [
    ['agentBackend', 'DIFY_AGENT_SHELLCTL_AUTH_TOKEN'],
    ['localSandbox', 'SHELLCTL_AUTH_TOKEN'],
  ],
  [
    ['api', 'SECRET_KEY'],
    ['worker', 'SECRET_KEY'],
    ['beat', 'SECRET_KEY'],
    ['apiWebsocket', 'SECRET_KEY'],
  ],
];
