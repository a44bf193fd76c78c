import { PORTS } from './names.ts';

/** A `healthcheck` of compose.yaml. */
export interface HealthCheck {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period: string;
}

/**
 * Health checks of every long-running service, also of those for which upstream has none. Each uses only programs of
 * its image: curl in the API, sandbox and agent sandbox images (upstream's own checks use it), busybox's wget in the
 * Alpine images of web, nginx and Weaviate, bash in Ubuntu's squid, Python in the plugin daemon (it runs plugins with
 * it) and the agent backend (it is written in it), and the servers' own clients elsewhere.
 */
export const HEALTH = {
  api: curl(`http://localhost:${PORTS.api}/health`, '60s'),
  sandbox: curl(`http://localhost:${PORTS.sandbox}/health`, '30s'),
  localSandbox: curl(`http://localhost:${PORTS.localSandbox}/healthz`, '30s'),
  /** Next.js listens on the container's own address, which is not always the loopback address. */
  web: shell(`wget -q -O /dev/null "http://$$(hostname):${PORTS.web}/signin"`, '10s', '60s'),
  pluginDaemon: python(`http://127.0.0.1:${PORTS.pluginDaemon}/health/check`, '60s'),
  agentBackend: python(`http://127.0.0.1:${PORTS.agentBackend}/openapi.json`, '30s'),
  /**
   * Pings this worker only (`-d`): without it, any other worker could answer. The module loads nothing of the
   * application.
   */
  worker: slow('celery -A celery_healthcheck.celery inspect ping -d "celery@$$HOSTNAME" --timeout 10'),
  /**
   * Beat itself answers no ping. This check asks whether any worker is reachable through the broker that beat sends to.
   */
  beat: slow('celery -A celery_healthcheck.celery inspect ping --timeout 10'),
  nginx: check(['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8081/nginx-health'], '10s', '10s'),
  /**
   * `squid -k check` does not accept a squid that is process 1. bash exists in the image: its own entry point is a bash
   * script.
   */
  squid: check(['CMD', 'bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${PORTS.squid}`], '10s', '10s'),
  redis: shell('redis-cli ping | grep -q PONG', '5s', '10s'),
  weaviate: check(
    ['CMD', 'wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${PORTS.weaviate}/v1/.well-known/ready`],
    '10s',
    '60s',
  ),
} as const satisfies Readonly<Record<string, HealthCheck>>;

/** Connects over TCP: while PostgreSQL creates its first database, it answers on its socket only. */
export function postgresHealth(database: string): HealthCheck {
  return check(['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'postgres', '-d', database], '5s', '60s');
}

function check(test: readonly string[], interval: string, startPeriod: string): HealthCheck {
  return { test, interval, timeout: '5s', retries: 5, start_period: startPeriod };
}

function curl(url: string, startPeriod: string): HealthCheck {
  return check(['CMD', 'curl', '-f', url], '10s', startPeriod);
}

function python(url: string, startPeriod: string): HealthCheck {
  const code = `import urllib.request; urllib.request.urlopen('${url}', timeout=4)`;
  return check(['CMD', 'python3', '-c', code], '10s', startPeriod);
}

function shell(command: string, interval: string, startPeriod: string): HealthCheck {
  return check(['CMD-SHELL', command], interval, startPeriod);
}

/** Celery's command starts a second Python process, which needs seconds. */
function slow(command: string): HealthCheck {
  return { test: ['CMD-SHELL', command], interval: '30s', timeout: '30s', retries: 3, start_period: '60s' };
}
