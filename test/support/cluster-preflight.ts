import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { stringify } from 'yaml';
import type { CheckReport, CheckResult } from '../../src/checks/check.ts';
import type { Cluster } from '../testbed/cluster/cluster.ts';
import { runCli } from './cli.ts';
import { SAMPLE_FILES } from './deployments.ts';

const SAMPLE = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const SECRETS = Object.fromEntries(
  [
    'DIFY_PG_PASSWORD',
    'DIFY_REDIS_PASSWORD',
    'DIFY_SMTP_PASSWORD',
    'DIFY_S3_ACCESS_KEY',
    'DIFY_S3_SECRET_KEY',
    'DIFY_QDRANT_API_KEY',
  ].map((name) => [name, `planted-${name.toLowerCase()}`]),
);

/** Prefix of every planted secret. */
export const PLANTED = 'planted-';

/** Creates a folder with the file of a production on Kubernetes before the tests, and runs preflight of it. */
export function usePreflight(testbed: { readonly cluster: Cluster }) {
  let folder = '';
  let path = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'difyctl-preflight-'));
    const { context: _, ...target } = SAMPLE.target;
    const chart = { path: resolve('test/fixtures/chart') };
    const recovery = { ...SAMPLE.recovery, topology: { zones: 3 } };
    // The CA file of the sample does not exist here.
    const postgres = { ...SAMPLE.postgres, tls: { mode: 'require' } };
    const file = { ...SAMPLE, target: { ...target, chart }, postgres, recovery };
    await writeFile(join(folder, 'difyctl.yaml'), stringify(file));
    path = `${await testbed.cluster.binFolder()}:${process.env.PATH}`;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const env = (kubeconfig = testbed.cluster.kubeconfig) => ({
    PATH: path,
    HOME: folder,
    KUBECONFIG: kubeconfig,
    ...SECRETS,
  });
  return {
    folder: () => folder,
    env,
    /** `kubeconfig` is the identity of the run. Default: the administrator's. */
    run: async (args: readonly string[] = [], kubeconfig?: string) => {
      const run = await runCli(['preflight', '-o', 'json', ...args], { cwd: folder, env: env(kubeconfig) });
      const report = JSON.parse(run.stdout) as CheckReport;
      const check = (id: string): CheckResult | undefined => report.checks.find((one) => one.id === id);
      return { ...run, report, check };
    },
  };
}
