import { COMPONENTS, type ComponentName } from '../checklist/components.ts';
import type { ChartProfile, KeyMove } from './chart-profile.ts';

const API_PROCESSES: readonly ComponentName[] = ['api', 'worker', 'beat', 'apiWebsocket'];

/**
 * Chart 0.38: the layout that difyctl renders first. Every other profile is a difference from it. Source: tag
 * dify-0.38.0-rc2.
 */
const CHART_0_38: ChartProfile = {
  version: '0.38.0-rc2',
  dify: '1.16.1',
  knownFrom: 'templates',
  without: [],
  moves: [],
  withoutMounts: [],
  unnamedKeys: [],
  sandboxBeside: false,
  omits: {},
  fixed: {
    worker: { MODE: 'worker' },
    beat: { MODE: 'beat' },
    apiWebsocket: {
      MIGRATION_ENABLED: 'false',
      SERVER_WORKER_AMOUNT: '1',
      SERVER_WORKER_CLASS: 'geventwebsocket.gunicorn.workers.GeventWebSocketWorker',
    },
  },
  restated: {},
  logLevel: API_PROCESSES,
  notes: [],
};

type Omits = ChartProfile['omits'];

/** Returns the table with more variables for some components. */
function alsoFor(omits: Omits, components: readonly ComponentName[], ...variables: readonly string[]): Omits {
  const added = components.map((name) => [name, [...(omits[name] ?? []), ...variables]] as const);
  return { ...omits, ...Object.fromEntries(added) };
}

const OMITS_0_37 = alsoFor({}, API_PROCESSES, 'ENABLE_COLLABORATION_MODE');
const OMITS_0_36 = alsoFor(OMITS_0_37, API_PROCESSES, 'TRIGGER_URL', 'CODE_EXECUTION_ENDPOINT');
/** Up to 0.35 only the API gets the public addresses. */
const OMITS_0_35 = alsoFor(
  OMITS_0_36,
  ['worker', 'beat'],
  'APP_WEB_URL',
  'CONSOLE_API_URL',
  'FILES_URL',
  'SERVICE_API_URL',
);
const OMITS_0_33 = alsoFor(OMITS_0_35, [...API_PROCESSES, 'pluginDaemon'], 'DB_TYPE');

const SANDBOX_NOTE = 'difyctl creates the code sandbox beside the chart, so that its key comes from a Secret';
const MOUNTS_NOTE = 'it mounts no further volumes: no CA file, and no rules that keep squid from private addresses';

/** Keys that were new in 0.38. */
const MOVES_0_37: readonly KeyMove[] = [
  { from: 'api.auth.internalApiKey', to: 'pluginDaemon.auth.difyApiKey' },
  { from: 'externalRedis.db.agent', to: undefined },
];

/** Source: tag dify-0.37.0. */
const CHART_0_37: ChartProfile = {
  ...CHART_0_38,
  version: '0.37.0',
  dify: '1.14.2',
  without: ['apiWebsocket', 'agentBackend', 'localSandbox'],
  moves: MOVES_0_37,
  omits: OMITS_0_37,
  notes: ['it has no websocket process: several people cannot edit one workflow at once'],
};

/** Source: tag dify-0.36.0. */
const CHART_0_36: ChartProfile = {
  ...CHART_0_37,
  version: '0.36.0',
  dify: '1.12.1',
  moves: [...MOVES_0_37, { from: 'global.triggerDomain', to: undefined }],
  sandboxBeside: true,
  // The chart renders the text of a comment after the API's MODE.
  omits: alsoFor(OMITS_0_36, ['api'], 'MODE'),
  notes: [...CHART_0_37.notes, SANDBOX_NOTE],
};

/** Source: tag dify-0.35.0. It also has the old keys of 0.31, which win if they are not empty. */
const CHART_0_35: ChartProfile = {
  ...CHART_0_36,
  version: '0.35.0',
  dify: '1.10.1-fix.1',
  // With `extraVolumeMounts`, its template of beat renders invalid YAML.
  withoutMounts: ['beat'],
  omits: OMITS_0_35,
  logLevel: ['worker', 'beat'],
};

/** Source: tag dify-0.33.0. */
const CHART_0_33: ChartProfile = {
  ...CHART_0_35,
  version: '0.33.0',
  dify: '1.10.0',
  moves: [
    ...CHART_0_36.moves,
    { from: 'global.consoleApiDomain', to: 'api.url.consoleApi' },
    { from: 'global.consoleWebDomain', to: 'api.url.consoleWeb' },
    { from: 'global.serviceApiDomain', to: 'api.url.serviceApi' },
    { from: 'global.appApiDomain', to: 'api.url.appApi' },
    { from: 'global.appWebDomain', to: 'api.url.appWeb' },
    { from: 'global.filesDomain', to: 'api.url.files' },
    { from: 'global.appSecretKey', to: 'api.secretKey' },
    { from: 'global.marketplace', to: 'pluginDaemon.marketplace' },
  ],
  withoutMounts: COMPONENTS,
  restated: { web: { EDITION: 'SELF_HOSTED' } },
  omits: OMITS_0_33,
  notes: [...CHART_0_36.notes, MOUNTS_NOTE],
};

/** Source: tag dify-0.31.0. */
const CHART_0_31: ChartProfile = {
  ...CHART_0_33,
  version: '0.31.0',
  dify: '1.9.1',
  moves: [
    ...CHART_0_33.moves,
    { from: 'externalRedis.db', to: undefined },
    { from: 'externalWeaviate.endpoint.http', to: 'externalWeaviate.url' },
    { from: 'externalWeaviate.endpoint', to: undefined },
    { from: 'externalWeaviate.url', to: 'externalWeaviate.endpoint' },
  ],
  omits: alsoFor(OMITS_0_33, ['pluginDaemon'], 'PLUGIN_WORKING_PATH'),
  // Its values name the key `user`, but its templates read `username`.
  unnamedKeys: ['externalMyScaleDB.username'],
  fixed: { beat: { MODE: 'beat' } },
  logLevel: [],
};

export const CHART_PROFILES: readonly ChartProfile[] = [
  CHART_0_31,
  CHART_0_33,
  CHART_0_35,
  CHART_0_36,
  CHART_0_37,
  CHART_0_38,
];
