import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import type { JsonObject } from '../../src/base/json.ts';
import type { CheckReport, CheckResult } from '../../src/checks/check.ts';
import { builtProgram } from '../support/built.ts';
import type { TempWorkspace } from '../support/difyctl.ts';

interface Refusal {
  readonly kind: 'Error';
  readonly problems?: readonly { readonly path: string }[];
}

/** The complete result of `difyctl preflight` for a file. */
export interface Said {
  /**
   * `id status` of what is neither pass nor skip, `id declared` of a part of the recovery plan that is only declared;
   * of a file that is refused, `validate: path`.
   */
  readonly findings: readonly string[];
  readonly checks: readonly CheckResult[];
  /** Everything that was written to both outputs. */
  readonly text: string;
}

interface How {
  /** Variables besides the workplace's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly flags?: readonly string[];
  /** A file that only this program finds at /etc/resolv.conf. */
  readonly resolvConf?: string | undefined;
}

/** Replaces /etc/resolv.conf for one program only. */
const WITH_RESOLV_CONF = ['--mount', 'sh', '-c', 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"', 'sh'];

/** No test connects to the internet. */
const NOTHING_OUTSIDE = ['--set', 'components.api.extraEnv.MARKETPLACE_ENABLED=false'];

/** Runs the built program in a workplace on a file of this name. */
export async function preflight(
  { folder, env }: TempWorkspace,
  name: string,
  file: JsonObject,
  { env: more, flags = [], resolvConf }: How = {},
): Promise<Said> {
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, stringify(file));
  const args = [await builtProgram(), 'preflight', '-c', path, '-o', 'json', ...NOTHING_OUTSIDE, ...flags];
  const options = { cwd: folder, env: { ...env, ...more }, extendEnv: false, reject: false, stdin: 'ignore' } as const;
  const run = await (resolvConf === undefined
    ? execa(process.execPath, args, options)
    : execa('unshare', [...WITH_RESOLV_CONF, resolvConf, process.execPath, ...args], options));
  const document = JSON.parse(run.stdout) as CheckReport | Refusal;
  const text = run.stdout + run.stderr;
  if (document.kind === 'CheckReport') {
    const findings = document.checks.filter(({ status }) => status !== 'pass' && status !== 'skip');
    return { findings: findings.map(nameOf), checks: document.checks, text };
  }
  if (run.exitCode !== 2) throw new Error(`${name}: exit ${run.exitCode}: ${run.stdout}${run.stderr}`);
  return { findings: (document.problems ?? []).map((problem) => `validate: ${problem.path}`), checks: [], text };
}

function nameOf({ id, status, observed }: CheckResult): string {
  return `${id} ${OF_THE_PLAN.has(id) && observed === 'declared, not seen' ? 'declared' : status}`;
}

/**
 * What is true of where the tests run, and nothing of the deployment: one small machine, without name servers, image
 * registries, a network plugin and a log collector.
 */
const OF_THIS_MACHINE =
  /^(host\.(cpu|memory|disk|single-point-of-failure) warn|names\.(dns|loopback) warn|images\.registries (warn|unknown)|cluster\.network-policy warn|logging\.collector warn)$/;
/** Results of a recovery plan for services that difyctl neither creates nor inspects. */
const OF_THE_PLAN: ReadonlySet<string> = new Set(
  ['measured', 'drills', 'secrets', 'configuration'].map((part) => `recovery.${part}`),
);

/** True for a finding of a healthy deployment. */
export function isExpected(finding: string): boolean {
  const [id = '', status] = finding.split(' ');
  return OF_THIS_MACHINE.test(finding) || (status === 'declared' && OF_THE_PLAN.has(id));
}
