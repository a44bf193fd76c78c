import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { loggingEnv } from '../../../src/render/dify-env/logging.ts';
import { kubernetesDeployment } from '../kubernetes/support/rendering.ts';

test.each<[string, JsonObject, Readonly<Record<string, string>>]>([
  ['by default', {}, { LOG_LEVEL: 'INFO', LOG_OUTPUT_FORMAT: 'text', ENABLE_REQUEST_LOGGING: 'true' }],
  [
    'JSON without requests',
    { format: 'json', accessLog: false },
    { LOG_LEVEL: 'INFO', LOG_OUTPUT_FORMAT: 'json', ENABLE_REQUEST_LOGGING: 'false' },
  ],
  [
    'at DEBUG no requests, whose bodies would be logged too',
    { level: 'DEBUG' },
    { LOG_LEVEL: 'DEBUG', LOG_OUTPUT_FORMAT: 'text', ENABLE_REQUEST_LOGGING: 'false' },
  ],
  [
    'a retention and a collector',
    { retention: { workflowRuns: '90d' }, otel: { endpoint: 'http://collector:4318' } },
    {
      LOG_LEVEL: 'INFO',
      LOG_OUTPUT_FORMAT: 'text',
      ENABLE_REQUEST_LOGGING: 'true',
      WORKFLOW_LOG_CLEANUP_ENABLED: 'true',
      WORKFLOW_LOG_RETENTION_DAYS: '90',
      ENABLE_OTEL: 'true',
      OTLP_BASE_ENDPOINT: 'http://collector:4318',
    },
  ],
])('%s', (_, logging, expected) => {
  const entries = loggingEnv(kubernetesDeployment({ logging }));
  const found = Object.fromEntries(entries.map(({ name, value }) => [name, 'literal' in value ? value.literal : '']));
  expect(found).toEqual({ LOG_FILE: '', ...expected });
});

test.each(['12h', '0d', '1.5d'])('a retention of %s is refused', (workflowRuns) => {
  expect(() => kubernetesDeployment({ logging: { retention: { workflowRuns } } })).toThrow('logging.retention');
});
