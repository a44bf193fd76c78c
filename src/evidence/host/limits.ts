/** CPUs and bytes that a control group allows; absent if it sets no limit. */
export interface Limits {
  readonly cpu?: number;
  readonly memory?: number;
}

/** Returns a file's text; rejects if the file does not exist. */
export type ReadText = (path: string) => Promise<string>;

/** cgroup v1 expresses "no limit" as the largest multiple of the page size that fits. */
const UNLIMITED = 2 ** 62;

/**
 * Limits of the topmost control group that this machine sees. A real machine has none there (v2 has no such file at its
 * root). A container that acts as a machine (LXC, Docker in Docker) has its limits there; they apply to every engine
 * inside, which does not report them.
 */
export async function controlGroupLimits(read: ReadText): Promise<Limits> {
  const text = (path: string) =>
    read(`/sys/fs/cgroup/${path}`).then(
      (found) => found.trim(),
      () => '',
    );
  const memory = bytes((await text('memory.max')) || (await text('memory/memory.limit_in_bytes')));
  const [quota = '', period = ''] = ((await text('cpu.max')) || (await oldCpu(text))).split(/\s+/);
  const cpu = Number(quota) > 0 && Number(period) > 0 ? Number(quota) / Number(period) : undefined;
  return { ...(memory === undefined ? {} : { memory }), ...(cpu === undefined ? {} : { cpu }) };
}

async function oldCpu(text: ReadText): Promise<string> {
  return `${await text('cpu/cpu.cfs_quota_us')} ${await text('cpu/cpu.cfs_period_us')}`;
}

function bytes(text: string): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : undefined;
  return value === undefined || value >= UNLIMITED ? undefined : value;
}
