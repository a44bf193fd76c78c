import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import { difyProfile } from '../../versions/dify-profile.ts';

/**
 * Probes where the chart has none. Worker: Celery's own ping, to itself (`-d`), since any other worker would answer in its place; a
 * blocked worker is slow rather than dead, so it gets five minutes. Plugin daemon: GET /health/check of plugin daemon 0.6; its first start makes its
 * database. The proxies: their ports. Beat has none: a ping proves nothing about it.
 */
const CUSTOM: Readonly<Partial<Record<ComponentName, JsonObject>>> = {
  pluginDaemon: {
    customStartupProbe: { ...daemonHealth(), periodSeconds: 5, failureThreshold: 60 },
    customLivenessProbe: { ...daemonHealth(), periodSeconds: 30, failureThreshold: 5 },
    customReadinessProbe: { ...daemonHealth(), periodSeconds: 10, failureThreshold: 3 },
  },
  proxy: portProbes('dify'),
  ssrfProxy: portProbes('http'),
};

/**
 * Migrations run when an api pod starts, and the chart's liveness probe would end a long one after some three minutes. The start-up probe (TCP,
 * every 10 s) gives them a quarter of an hour.
 */
const API_STARTUP: JsonObject = { startupProbe: { enabled: true, failureThreshold: 90 } };

/** Probes of one component for a release of Dify that is rendered. */
export function probeValues(component: ComponentName, version: string): JsonObject {
  if (component === 'api') return API_STARTUP;
  return component === 'worker' ? workerProbe(version) : (CUSTOM[component] ?? {});
}

function workerProbe(version: string): JsonObject {
  const app = difyProfile(version)?.celeryApp ?? '';
  return {
    customLivenessProbe: {
      exec: { command: ['sh', '-c', `celery -A ${app} inspect ping -d celery@$HOSTNAME --timeout 10`] },
      initialDelaySeconds: 60,
      periodSeconds: 60,
      timeoutSeconds: 30,
      failureThreshold: 5,
    },
  };
}

function daemonHealth(): JsonObject {
  return { httpGet: { path: '/health/check', port: 'daemon' }, timeoutSeconds: 5 };
}

function portProbes(port: string): JsonObject {
  const open = { tcpSocket: { port }, timeoutSeconds: 5 };
  return {
    customLivenessProbe: { ...open, periodSeconds: 30, failureThreshold: 3 },
    customReadinessProbe: { ...open, periodSeconds: 10, failureThreshold: 3 },
  };
}
