import { processIdentity } from '../../../src/rehearsal/processes/identity.ts';

const VARIABLE = 'DIFYCTL_TEST_RUN';

/** Makes this process the test run that shared parts belong to. Worker processes inherit the variable. */
export async function beginRun(): Promise<string> {
  const run = await processIdentity(process.pid);
  process.env[VARIABLE] = run;
  return run;
}

/** `processIdentity` of the test run's main process. Undefined outside a test run. */
export const testRun = (): string | undefined => process.env[VARIABLE];

/** Who a testbed belongs to: a process, the test run, or the user, who takes it down. */
export type Owner = 'process' | 'run' | 'user';

/** `processIdentity` of the owner. Undefined for the user. Outside a test run, `run` is this process. */
export async function ownerIdentity(owner: Owner): Promise<string | undefined> {
  if (owner === 'user') return undefined;
  return (owner === 'run' ? testRun() : undefined) ?? (await processIdentity(process.pid));
}
