import { describe, expect, it } from 'vitest';
import { requiredSecrets } from '../../src/deployment/required-secrets.ts';
import { SAMPLE_NAMES, sampleDeployment } from '../support/deployments.ts';
import { fakeSecrets } from '../support/secrets.ts';

describe('the sample deployments', () => {
  it.each(SAMPLE_NAMES)('%s is healthy and every secret it needs has a fake value', (name) => {
    const deployment = sampleDeployment(name);
    const secrets = fakeSecrets(deployment);
    const values = requiredSecrets(deployment).map(({ path }) => secrets.get(path));
    expect(new Set(values).size).toBe(values.length);
    expect(secrets.get('secrets.agentServerSecretKey')).toMatch(/^[\w-]{43}$/);
  });
});
