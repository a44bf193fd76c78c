import { expect, test } from 'vitest';
import { APP_EXTERNAL_SECRET, type ExternalSecretFact } from '../../../src/evidence/app/external-secret.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, urls } from '../../support/deployments.ts';

const deployment = parsedDeployment({
  apiVersion: 'difyctl/v1',
  tier: 'test',
  target: { type: 'kubernetes', namespace: 'dify' },
  urls: urls('https://dify.example.com'),
  secrets: { provider: 'external-secrets', store: { name: 'vault' } },
});
const ready: ExternalSecretFact = { name: 'dify-difyctl-ab12', exists: true, ready: true, why: '' };
const INSTALL = 'difyctl install applies the ExternalSecret again';
const EXPECTED = 'expected an ExternalSecret that External Secrets reports as Ready';

test.each<[string, Partial<ExternalSecretFact>, string, string, string]>([
  ['ready', {}, 'pass', 'ExternalSecret dify-difyctl-ab12 is Ready', INSTALL],
  [
    'not ready',
    { ready: false, why: 'SecretSyncedError: permission denied' },
    'fail',
    `ExternalSecret dify-difyctl-ab12 is not Ready: SecretSyncedError: permission denied; ${EXPECTED}`,
    'kubectl describe externalsecret dify-difyctl-ab12 -n dify',
  ],
  [
    'missing',
    { exists: false, ready: false, why: 'it does not exist' },
    'fail',
    `ExternalSecret dify-difyctl-ab12 does not exist; ${EXPECTED}`,
    INSTALL,
  ],
])('an ExternalSecret that is %s', (_, seen, status, message, remedy) => {
  const found = judged(checkOf('app.external-secret'), {
    deployment,
    seen: [[APP_EXTERNAL_SECRET, { ...ready, ...seen }]],
  });
  expect([found.status, found.message, found.remedy]).toEqual([status, message, remedy]);
});
