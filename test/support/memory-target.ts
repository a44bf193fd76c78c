import type { Rendered } from '../../src/render/rendered.ts';
import type { LockRecord } from '../../src/state/lock/record.ts';
import type { HeldLock, LockStore } from '../../src/state/lock/store.ts';
import type { Revision } from '../../src/state/revisions/revision.ts';
import type { UnreadableRevision } from '../../src/state/revisions/stored.ts';
import type { ApplyOptions, ApplyResult, Plan, PlannedChange, Target } from '../../src/targets/target.ts';

/** A target in memory. It records the calls in order and returns what the test sets. */
export interface MemoryTarget extends Target {
  readonly calls: string[];
  readonly kept: Map<number, Revision>;
  /** The changes of each plan in turn. The last one is repeated. */
  plans: readonly (readonly PlannedChange[])[];
  /** Called in place of applying. */
  applying: (rendered: Rendered, options: ApplyOptions) => Promise<ApplyResult>;
  held: HeldLock | undefined;
  /** Revisions that exist but cannot be read. */
  unreadable: readonly UnreadableRevision[];
  /** The deletions of each uninstall in turn. The last one is repeated. */
  removals: readonly (readonly PlannedChange[])[];
  /** Called in place of removing the lock. */
  releasing: (() => Promise<void>) | undefined;
}

export const WEB: PlannedChange = { action: 'create', kind: 'Deployment', name: 'dify-web' };

export function memoryTarget(): MemoryTarget {
  const calls: string[] = [];
  const kept = new Map<number, Revision>();
  let planned = 0;
  let removals = 0;
  const target: MemoryTarget = {
    calls,
    kept,
    plans: [[WEB]],
    applying: async () => ({ outcome: 'applied', releaseRevision: 1 }),
    held: undefined,
    unreadable: [],
    releasing: undefined,
    removals: [[{ ...WEB, action: 'delete' }]],
    revisions: {
      read: async () => ({
        revisions: [...kept.values()].sort((a, b) => a.number - b.number),
        unreadable: target.unreadable,
      }),
      write: async (revision) => {
        calls.push(`revision ${revision.number} ${revision.phase} ${revision.outcome}`);
        kept.set(revision.number, revision);
      },
      remove: async (number) => {
        calls.push(`remove revision ${number}`);
        kept.delete(number);
      },
    },
    tools: async () => ({ helm: '4.3.1' }),
    locate: async () => ({
      target: 'kubernetes',
      identity: { uid: 'uid', endpoint: 'endpoint', within: 'dify' },
      facts: [{ name: 'namespace', value: 'dify' }],
    }),
    inspect: async () => ({ exists: true, status: 'deployed', revision: 1, workloads: [], drift: [] }),
    plan: async (): Promise<Plan> => {
      const changes = target.plans[Math.min(planned, target.plans.length - 1)] ?? [];
      planned += 1;
      calls.push('plan');
      return { changes, drift: [], digest: JSON.stringify(changes), touchesRelease: changes.length > 0 };
    },
    lockStore: async () => memoryLock(target, calls),
    keepSecrets: async () => undefined,
    apply: async (rendered, options) => {
      calls.push('apply');
      return target.applying(rendered, options);
    },
    checkpoint: async () => ({ target: 'kubernetes', releaseRevision: 1, beside: undefined }),
    rollback: async () => {
      calls.push('rollback');
      return { releaseRevision: 2, state: 'back at revision 1' };
    },
    exec: async () => '',
    startDatabase: async () => void calls.push('start database'),
    applySecret: async () => void calls.push('secret'),
    recover: async () => {
      calls.push('recover');
      return [];
    },
    stopWriters: async () => ['api'],
    runningWriters: async () => [],
    startWriters: async () => [],
    prune: async (revisions) => void calls.push(`prune to ${revisions.length}`),
    removal: async () => {
      removals += 1;
      return target.removals[Math.min(removals, target.removals.length) - 1] ?? [];
    },
    data: async () => [{ action: 'delete', kind: 'Folder', name: '/srv/dify/volumes/db' }],
    deleteData: async () => void calls.push('delete data'),
    remove: async () => {
      calls.push('remove');
      return { kept: ['claim dify'] };
    },
  };
  return target;
}

function memoryLock(target: MemoryTarget, calls: string[]): LockStore {
  let version = 0;
  const set = (record: LockRecord): string => {
    version += 1;
    target.held = { record, durationMs: 60_000, version: String(version) };
    return String(version);
  };
  return {
    read: async () => target.held,
    create: async (record) => {
      if (target.held !== undefined) return undefined;
      calls.push('lock');
      return set(record);
    },
    replace: async (record, at) => (target.held?.version === at ? set(record) : undefined),
    remove: async (at) => {
      if (target.held?.version !== at) return;
      if (target.releasing !== undefined) return target.releasing();
      calls.push('release');
      target.held = undefined;
    },
  };
}
