import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { ExternalError } from '../../base/errors.ts';
import { type CollectContext, type Collector, evidenceKey } from '../evidence.ts';
import { missingForLevel2 } from './cpu-level.ts';
import { requireLocalEngine } from './local-engine.ts';

/** Settings of the engine's machine that can prevent a deployment. */
export interface KernelFact {
  /** Whether `target.bindAddress` is an address of this machine (or all of them). */
  readonly hasBindAddress: boolean;
  readonly ipv6Disabled: boolean;
  /** The lowest port that may be bound without root. */
  readonly unprivilegedPorts: number;
  /** Features of x86-64-v2 that this machine's processor lacks; empty if it has all, absent on another architecture. */
  readonly missingCpuFeatures?: readonly string[];
  /** Whether the clock is synchronised, by the time service; undefined if unknown. */
  readonly synchronized: boolean | undefined;
}
export const HOST_KERNEL = evidenceKey<KernelFact>('host.kernel', 2);

/** The kernel's own default for `net.ipv4.ip_unprivileged_port_start`. */
const PRIVILEGED_PORTS = 1024;

export const hostKernelCollector: Collector<KernelFact> = {
  key: HOST_KERNEL,
  timeoutMs: 30_000,
  collect: async (context, need) => {
    const { target } = await requireLocalEngine(context, need);
    const setting = (name: string) =>
      readFile(`/proc/sys/net/${name}`, 'utf8').then(
        (text) => Number(text.trim()),
        () => undefined,
      );
    // If IPv6 is disabled at boot, this setting does not exist.
    const ipv6 = await setting('ipv6/conf/all/disable_ipv6');
    return {
      hasBindAddress: isOwn(target.bindAddress),
      ipv6Disabled: ipv6 !== 0,
      unprivilegedPorts: (await setting('ipv4/ip_unprivileged_port_start')) ?? PRIVILEGED_PORTS,
      ...(await cpuFeatures()),
      synchronized: await synchronized(context),
    };
  },
};

async function cpuFeatures(): Promise<Pick<KernelFact, 'missingCpuFeatures'>> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const missingCpuFeatures = missingForLevel2(info);
  return missingCpuFeatures === undefined ? {} : { missingCpuFeatures };
}

function isOwn(address: string): boolean {
  if (['0.0.0.0', '::'].includes(address)) return true;
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return address.startsWith('127.') || own.some((one) => one.address === address);
}

async function synchronized({ runner, signal }: CollectContext): Promise<boolean | undefined> {
  try {
    const { stdout } = await runner.run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
      signal,
      timeoutMs: 5_000,
    });
    const said = stdout.trim();
    return said === 'yes' || said === 'no' ? said === 'yes' : undefined;
  } catch (error) {
    // timedatectl needs systemd.
    if (error instanceof ExternalError) return undefined;
    throw error;
  }
}
