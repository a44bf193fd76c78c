import { durationSeconds } from '../../base/duration.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type EnvEntry, literal } from '../../providers/env-entry.ts';

const DAY_SECONDS = 86_400;

/**
 * How the processes of the API log. An empty LOG_FILE logs to the console, and the platform rotates those logs.
 * Sources: Dify 1.16.1, `configs/feature` (LOG_*, ENABLE_REQUEST_LOGGING, WORKFLOW_LOG_*) and `configs/observability`
 * (OTLP_*).
 */
export function loggingEnv({ logging }: Deployment): readonly EnvEntry[] {
  const { level, format, retention, otel } = logging;
  const kept = retention.workflowRuns;
  return [
    literal('LOG_LEVEL', level),
    literal('LOG_FILE', ''),
    literal('LOG_OUTPUT_FORMAT', format),
    literal('ENABLE_REQUEST_LOGGING', logsRequests(logging)),
    ...(kept === undefined
      ? []
      : [
          literal('WORKFLOW_LOG_CLEANUP_ENABLED', true),
          literal('WORKFLOW_LOG_RETENTION_DAYS', durationSeconds(kept) / DAY_SECONDS),
        ]),
    ...(otel === undefined ? [] : [literal('ENABLE_OTEL', true), literal('OTLP_BASE_ENDPOINT', otel.endpoint)]),
  ];
}

/** One line for each request. At DEBUG, Dify would add the bodies, which hold prompts (ext_request_logging.py). */
function logsRequests({ accessLog, level }: Deployment['logging']): boolean {
  return accessLog && level !== 'DEBUG';
}
