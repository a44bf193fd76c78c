import { PORTS } from './names.ts';

/** A health check as compose.yaml has it. */
export interface HealthCheck {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period: string;
}

/**
 * Every long-running service has one, also where upstream has none, and each uses only what its image really carries:
 * curl in the API, sandbox and agent sandbox images (upstream's own checks use it), busybox's wget in the Alpine images
 * of web, nginx and Weaviate, bash in Ubuntu's squid, Python in the plugin daemon (which runs plugins with it) and the agent backend (which is
 * written in it), and the servers' own clients elsewhere.
 */
export const HEALTH = {
  api: curl(`http://localhost:${PORTS.api}/health`, '60s'),
  sandbox: curl(`http://localhost:${PORTS.sandbox}/health`, '30s'),
  localSandbox: curl(`http://localhost:${PORTS.localSandbox}/healthz`, '30s'),
  /** Next.js listens on the container's own address, which is not always the loopback one. */
  web: shell(`wget -q -O /dev/null "http://$$(hostname):${PORTS.web}/signin"`, '10s', '60s'),
  pluginDaemon: python(`http://127.0.0.1:${PORTS.pluginDaemon}/health/check`, '60s'),
  agentBackend: python(`http://127.0.0.1:${PORTS.agentBackend}/openapi.json`, '30s'),
  /** Asks this very worker: without `-d` the answer of any other would do. The module loads nothing of the application. */
  worker: slow('celery -A celery_healthcheck.celery inspect ping -d "celery@$$HOSTNAME" --timeout 10'),
  /** Nothing answers for beat itself; this asks whether somebody takes what it sends, through the broker that it sends to. */
  beat: slow('celery -A celery_healthcheck.celery inspect ping --timeout 10'),
  nginx: check(['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8081/nginx-health'], '10s', '10s'),
  /** `squid -k check` does not take a squid that is process 1; the image's own entry point is a bash script. */
  squid: check(['CMD', 'bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${PORTS.squid}`], '10s', '10s'),
  redis: shell('redis-cli ping | grep -q PONG', '5s', '10s'),
  weaviate: check(
    ['CMD', 'wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${PORTS.weaviate}/v1/.well-known/ready`],
    '10s',
    '60s',
  ),
} as const satisfies Readonly<Record<string, HealthCheck>>;

/** By way of TCP: while it makes its first database, PostgreSQL answers on its socket alone. */
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

/** Celery's command starts a Python of its own, which takes seconds. */
function slow(command: string): HealthCheck {
  return { test: ['CMD-SHELL', command], interval: '30s', timeout: '30s', retries: 3, start_period: '60s' };
}
