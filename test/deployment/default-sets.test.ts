import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETS, NEWEST_SET, sizeOf } from '../../src/checklist/default-sets.ts';
import { LOAD_1 } from '../../src/checklist/load.ts';
import { SIZES_1 } from '../../src/checklist/sizing.ts';
import { plannedComponents } from '../../src/deployment/components.ts';
import { withDefaults } from '../../src/deployment/defaults.ts';
import { validateDeployment } from '../../src/deployment/load.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { SAMPLE_FILES, sampleDeployment } from '../support/deployments.ts';

const PROD_2 = { ...SIZES_1.prod, api: { ...SIZES_1.prod.api, replicas: 5 } };
const WITH_SECOND = { ...DEFAULT_SETS, 2: { sizes: { ...SIZES_1, prod: PROD_2 }, load: LOAD_1 } };

/** A sample that names the set; the schema of this difyctl has no second one. */
const sample = (defaults: number) => ({ ...sampleDeployment('prod-kubernetes-s3-qdrant'), defaults }) as Deployment;

describe('another set of defaults', () => {
  test('has its own sizes, and the first keeps its own', () => {
    expect(sizeOf({ tier: 'prod', defaults: 2 }, 'api', WITH_SECOND)).toEqual({ ...SIZES_1.prod.api, replicas: 5 });
    expect(sizeOf({ tier: 'prod', defaults: 1 }, 'api', WITH_SECOND)).toEqual(SIZES_1.prod.api);
    const planned = (defaults: number) => plannedComponents(sample(defaults), WITH_SECOND);
    expect(planned(2).api.replicas).toBe(5);
    expect({ ...planned(2), api: planned(1).api }).toEqual(planned(1));
    expect(planned(1)).toEqual(plannedComponents(sample(1)));
  });

  test('has its own rules; a file that names no set has the first', () => {
    const when = { tier: 'prod' };
    const rules = {
      1: [{ path: 'mail.provider', value: 'none', when }],
      2: [{ path: 'mail.provider', value: 'smtp', when }],
    };
    const mailOf = (file: object) => withDefaults({ tier: 'prod', ...file }, rules).mail;
    expect([{}, { defaults: 1 }, { defaults: 2 }].map(mailOf)).toEqual([
      { provider: 'none' },
      { provider: 'none' },
      { provider: 'smtp' },
    ]);
  });

  test('is refused by name while this difyctl does not have it', () => {
    const judged = validateDeployment({ ...SAMPLE_FILES['test-compose-bundled'], defaults: NEWEST_SET + 1 });
    expect(judged).toEqual({ problems: [{ path: ['defaults'], message: expect.stringContaining('1') }] });
  });
});

// A difference here means that files which say `defaults: 1` would get other sizes: make a new set.
test('the figure of the load of set 1 is the one that was released', () => {
  expect(LOAD_1).toEqual({
    source: 'Alibaba Cloud SAE for 100 requests per second',
    requestsPerSecond: 100,
    cores: { api: 16, pluginDaemon: 8, worker: 1, web: 1, sandbox: 1, proxy: 1 },
  });
});

test('the sizes of set 1 are those that were released', () => {
  const digest = createHash('sha256').update(JSON.stringify(SIZES_1)).digest('hex').slice(0, 16);
  expect(digest).toBe('64404e712a3f1079');
});
