import { expect, test } from 'vitest';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const MIRROR = { PIP_MIRROR_URL: 'https://pypi.example.internal/simple' };

test.each<[JsonObject, string, RegExp]>([
  [{}, 'pass', /120 s without output, 600 s in all/],
  [MIRROR, 'warn', /PLUGIN_IGNORE_UV_LOCK is not/],
  [{ ...MIRROR, PLUGIN_IGNORE_UV_LOCK: 'false' }, 'warn', /not from the mirror/],
  [{ ...MIRROR, PLUGIN_IGNORE_UV_LOCK: 'true' }, 'pass', /./],
  [{ PYTHON_ENV_INIT_TIMEOUT: '1200' }, 'warn', /stops every installation after 600 s/],
  [{ PYTHON_ENV_INIT_TIMEOUT: '30' }, 'warn', /signal: killed/],
  [{ PYTHON_ENV_INIT_TIMEOUT: '600' }, 'pass', /600 s without output/],
])('%j is %s', (extraEnv, status, words) => {
  const file = deepMerge(SAMPLE_FILES['prod-kubernetes-s3-qdrant'], { components: { pluginDaemon: { extraEnv } } });
  const { status: found, message } = judged(checkOf('config.plugin-install'), {
    deployment: parsedDeployment(file as JsonObject),
  });
  expect([found, message]).toEqual([status, expect.stringMatching(words)]);
});
