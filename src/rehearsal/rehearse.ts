import type { Tier } from '../checklist/tiers.ts';
import { autoscaleDrill, readAutoscalers, scaleTo } from './drills/autoscale.ts';
import { drainDrills } from './drills/drain.ts';
import { nodeLossDrills, zoneLossDrills } from './drills/loss.ts';
import { scheduleDrill, spreadDrill } from './drills/placement.ts';
import { rolloutDrill } from './drills/rollout.ts';
import { type DrillSession, follow, readWorkloads } from './drills/session.ts';
import { skipped } from './drills/skipped.ts';
import { twoNodeLossDrills } from './drills/two-node-loss.ts';
import { watchPods } from './drills/watch.ts';
import type { Workload } from './observation/workload.ts';
import type { Throwaway } from './plane/throwaway.ts';
import { DRILL_KINDS, type DrillKind, type DrillResult } from './report.ts';
import type { Shape } from './shape/shape.ts';
import { createNamedClasses, createShape } from './stage.ts';

export interface RehearseOptions {
  readonly plane: Throwaway;
  readonly shape: Shape;
  readonly namespace: string;
  readonly tier: Tier;
  /** Zones that the file promises. */
  readonly promisedZones: number;
  /** Nodes that may be lost at once, as the file promises. */
  readonly lostNodes: number;
  readonly kinds: readonly DrillKind[];
  /** Applies the rendered set to the throwaway control plane. The namespace exists. */
  readonly install: () => Promise<void>;
  readonly onDrill: (kind: DrillKind) => void;
  readonly signal: AbortSignal;
}

/** The results of the drills, and the workloads that they were made with. */
export interface Rehearsed {
  readonly drills: readonly DrillResult[];
  readonly workloads: readonly Workload[];
}

/**
 * Installs on the throwaway control plane and runs the drills, each from the placement of an undisturbed cluster. The
 * drill `schedule` always runs, because the others begin with its end; its result is left out unless it was asked for.
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsed> {
  const { plane, shape, namespace, tier, promisedZones, lostNodes, kinds, install, onDrill, signal } = options;
  const { api } = plane;
  await createShape(plane, shape, namespace, signal);
  const watch = watchPods(api);
  try {
    const session = { api, watch, namespace, shape, tier, promisedZones, lostNodes, signal };
    onDrill('schedule');
    const startedAt = performance.now();
    await install();
    await createNamedClasses(api, shape, namespace);
    await scaleTo(session, await readAutoscalers(session), ({ least }, { replicas }) => Math.max(least, replicas));
    const workloads = await readWorkloads(session);
    const drills = [await scheduleDrill(session, follow(session, workloads, { startedAt }))];
    for (const kind of DRILL_KINDS) {
      if (kind === 'schedule' || !kinds.includes(kind)) continue;
      onDrill(kind);
      drills.push(...(await drillsOf(kind, session)));
    }
    return { drills: kinds.includes('schedule') ? drills : drills.slice(1), workloads };
  } finally {
    await watch.stop();
  }
}

async function drillsOf(kind: DrillKind, session: DrillSession): Promise<readonly DrillResult[]> {
  switch (kind) {
    case 'schedule':
      return [];
    case 'spread':
      return [await spreadDrill(session)];
    case 'node-loss':
      return nodeLossDrills(session, kind);
    case 'zone-loss':
      return zoneLossDrills(session);
    case 'two-node-loss':
      return twoNodeLossDrills(session);
    case 'drain':
      return drainDrills(session);
    case 'rollout':
      return [await rolloutDrill(session)];
    case 'autoscale':
    case 'autoscale-node-loss':
      return autoscaled(kind, session);
  }
}

async function autoscaled(
  kind: 'autoscale' | 'autoscale-node-loss',
  session: DrillSession,
): Promise<readonly DrillResult[]> {
  const autoscalers = await readAutoscalers(session);
  if (autoscalers.length === 0) return [skipped(kind, 'the rendered set has no HorizontalPodAutoscaler')];
  const atMaximum = await autoscaleDrill(session, autoscalers);
  if (kind === 'autoscale') return [atMaximum];
  if (atMaximum.status !== 'fail') return nodeLossDrills(session, kind);
  return [{ ...atMaximum, kind, message: `at the maximum, before a node is lost: ${atMaximum.message}` }];
}
