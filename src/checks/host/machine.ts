import { formatBytes, formatCpu } from '../../base/quantity.ts';
import { HOST_DISK, SMALLEST_HOST } from '../../checklist/host.ts';
import { NODE_CHECKLIST, NODE_CLASS_TOLERANCE } from '../../checklist/nodes.ts';
import { type DiskFact, HOST_ENGINE } from '../../evidence/host/engine.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error, errorInProdElseWarning, onCompose } from '../when.ts';

const GIB = 2 ** 30;

export const hostCpu: Check = {
  id: 'host.cpu',
  title: 'the Docker engine has the CPUs of the published checklist',
  phases: ['preflight'],
  severity: error,
  when: onCompose,
  requires: [HOST_ENGINE],
  remedy: 'use a larger machine, or give the engine more CPUs (Docker Desktop: Settings, Resources)',
  judge: (context) => judgeSize(context, 'cpu'),
};

export const hostMemory: Check = {
  id: 'host.memory',
  title: 'the Docker engine has the memory of the published checklist',
  phases: ['preflight'],
  severity: error,
  when: onCompose,
  requires: [HOST_ENGINE],
  remedy: 'use a larger machine, or give the engine more memory (Docker Desktop: Settings, Resources)',
  judge: (context) => judgeSize(context, 'memory'),
};

/**
 * In test, a machine below the class is a warning down to upstream's minimum. If the engine runs in a control group
 * with a limit, its containers get that limit, even if the engine reports more.
 */
function judgeSize(context: JudgeContext, what: 'cpu' | 'memory'): Judgement {
  const { tier } = context;
  const engine = context.evidence(HOST_ENGINE);
  const { cpu, memoryGiB } = NODE_CHECKLIST[tier];
  const wanted = what === 'cpu' ? cpu : memoryGiB * GIB;
  const least = what === 'cpu' ? SMALLEST_HOST.cpu : SMALLEST_HOST.memoryGiB * GIB;
  const format = what === 'cpu' ? formatCpu : formatBytes;
  const limit = engine.limits[what] ?? Number.POSITIVE_INFINITY;
  const value = Math.min(engine[what], limit);
  const limited =
    limit < engine[what] ? `, the limit of its control group (the engine reports ${format(engine[what])})` : '';
  const observed = `${format(value)}${limited}`;
  const expected = `${tier} needs ${format(wanted)}`;
  const share = 1 - NODE_CLASS_TOLERANCE;
  if (value >= wanted * share) return pass(`${format(value)} of ${format(wanted)}`, expected);
  return finding(tier === 'test' && value >= least * share ? 'warn' : 'fail', { observed, expected });
}

export const hostDisk: Check = {
  id: 'host.disk',
  title: 'the disk of the engine’s data root has free space',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onCompose,
  requires: [HOST_ENGINE],
  remedy: 'docker system df shows what can be deleted; or move the data root to a larger disk',
  judge: (context) => {
    const { disk, dataRoot } = context.evidence(HOST_ENGINE);
    const expected = FREE_DISK;
    if (disk === undefined) {
      const message = `the disk of ${dataRoot} cannot be read from this machine`;
      return {
        status: 'unknown',
        observed: 'not observed',
        expected,
        message,
        remedy: 'run difyctl on the host of the engine',
      };
    }
    return judgeDisk(disk, dataRoot);
  },
};

const FREE_DISK = `${HOST_DISK.leastGiB} GiB and ${HOST_DISK.freeShare * 100} % free`;

/** Judges the bytes, share and inodes that are free on the disk behind `folder`. */
export function judgeDisk(disk: DiskFact, folder: string): Judgement {
  const expected = FREE_DISK;
  const share = disk.size === 0 ? 0 : disk.free / disk.size;
  const observed = `${formatBytes(disk.free)} (${Math.round(share * 100)} %) free on the disk of ${folder}`;
  if (disk.free < HOST_DISK.leastGiB * GIB) return finding('fail', { observed, expected });
  if (disk.inodes > 0 && disk.freeInodes / disk.inodes < HOST_DISK.freeInodeShare) {
    return finding('fail', {
      observed: `${disk.freeInodes} of ${disk.inodes} inodes free on the disk of ${folder}`,
      expected,
    });
  }
  return share < HOST_DISK.freeShare ? finding('warn', { observed, expected }) : pass(observed, expected);
}
