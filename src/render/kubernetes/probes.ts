import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import { difyProfile } from '../../versions/dify-profile.ts';

/**
 * Health probes for components without probes in the chart. Plugin daemon: GET /health/check of plugin daemon 0.6; its
 * first start creates its database. The proxies: a TCP connection to their port. Beat has none, because a ping proves
 * nothing about it.
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
 * Migrations run when an api pod starts, and the chart's liveness probe would stop a long one after about three
 * minutes. This startup probe (TCP, every 10 s) allows 15 minutes.
 */
const API_STARTUP: JsonObject = { startupProbe: { enabled: true, failureThreshold: 90 } };

/** Health probes of one component for a rendered release of Dify. */
export function probeValues(component: ComponentName, version: string): JsonObject {
  if (component === 'api') return API_STARTUP;
  return component === 'worker' ? workerProbe(version) : (CUSTOM[component] ?? {});
}

/**
 * Celery's ping to this worker only (`-d`): otherwise any other worker could answer. A blocked worker is usually slow,
 * not dead, so it has five minutes.
 */
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
