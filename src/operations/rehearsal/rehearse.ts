import path from 'node:path';
import type { OnProgress } from '../../base/events.ts';
import { counted } from '../../base/words.ts';
import { createCollection } from '../../evidence/collect.ts';
import { COLLECTORS } from '../../evidence/registry.ts';
import { cacheFolder } from '../../rehearsal/cache-folder.ts';
import { removeAbandonedPlanes } from '../../rehearsal/plane/record.ts';
import { baseStages } from '../../rehearsal/plane/simulation.ts';
import { startThrowaway, type Throwaway } from '../../rehearsal/plane/throwaway.ts';
import { providePrograms } from '../../rehearsal/programs/provide.ts';
import type { PlanePrograms } from '../../rehearsal/programs/table.ts';
import { type Rehearsed, rehearse } from '../../rehearsal/rehearse.ts';
import { type DrillKind, type RehearsalReport, summarizeDrills } from '../../rehearsal/report.ts';
import { claimStage } from '../../rehearsal/shape/claim-stage.ts';
import { type CollectedShape, shapeFromCluster } from '../../rehearsal/shape/from-evidence.ts';
import { shapeFromFlags } from '../../rehearsal/shape/from-flags.ts';
import { type Shape, zoneOf, zonesOf } from '../../rehearsal/shape/shape.ts';
import { LIMITS, publishedTimes } from '../../rehearsal/times.ts';
import { collectContext } from '../collect-context.ts';
import type { OpenInput } from '../open-deployment.ts';
import type { RenderedDeployment } from '../prepare.ts';
import { runStep } from '../steps.ts';
import { installRendered } from './install-rendered.ts';
import { prepareOffline } from './prepare-offline.ts';

export interface RehearsalInput extends OpenInput {
  /** `--nodes`. Undefined: the shape of the cluster is copied. */
  readonly nodes: string | undefined;
  /** `--zones`. */
  readonly zones: number;
  readonly kinds: readonly DrillKind[];
  /** Absolute path of `--programs`. */
  readonly programs: string | undefined;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Rehearses a deployment: renders it, copies the shape of the cluster or makes it from flags, starts a throwaway
 * control plane, installs there with helm, runs the drills, and removes everything. Reads the cluster only for its
 * shape, and no secret of it. Throws UserError for Compose, ExternalError if a program or the control plane fails.
 */
export async function rehearseDeployment(input: RehearsalInput): Promise<RehearsalReport> {
  const startedAt = performance.now();
  const prepared = await prepareOffline(input);
  try {
    const { shape, notes } = await shapeOf(prepared, input);
    for (const text of notes) input.onProgress({ type: 'note', level: 'warn', text });
    const programs = await provided(prepared, input);
    const cache = cacheOf(input);
    const removed = await removeAbandonedPlanes(cache);
    if (removed > 0) {
      const text = `${counted(removed, 'control plane')} of a killed run removed`;
      input.onProgress({ type: 'note', level: 'info', text });
    }
    const plane = await runStep(
      ...([input.onProgress, 'plane', 'starting etcd, API server, scheduler, controller manager, kwok'] as const),
      () => startThrowaway({ programs, cache, stages: [...baseStages(), claimStage(shape)], signal: input.signal }),
      ({ kubernetes }) => ({
        detail: `Kubernetes ${kubernetes} with ${counted(shape.nodes.length, 'simulated node')}`,
      }),
    );
    try {
      const rehearsed = await runDrills(prepared, input, plane, shape);
      return reportOf(prepared, shape, plane, rehearsed, performance.now() - startedAt);
    } finally {
      await plane.stop();
    }
  } finally {
    await prepared.dispose();
  }
}

const cacheOf = ({ env }: RehearsalInput): string => path.join(cacheFolder('difyctl', env), 'rehearsal');

async function shapeOf(prepared: RenderedDeployment, input: RehearsalInput): Promise<CollectedShape> {
  const { nodes, zones, env, now, signal, onProgress } = input;
  if (nodes !== undefined) return { shape: shapeFromFlags(nodes, zones), notes: [] };
  const collection = createCollection(COLLECTORS, { ...collectContext(prepared), env, now, signal });
  try {
    return await runStep(
      ...([onProgress, 'shape', 'reading nodes, classes, limits and the requests of others'] as const),
      () => shapeFromCluster(collection),
      ({ shape }) => ({
        detail: `${counted(shape.nodes.length, 'node')} in ${counted(zonesOf(shape.nodes).length, 'zone')} of the cluster`,
      }),
    );
  } finally {
    await collection.close();
  }
}

function provided({ runner }: RenderedDeployment, input: RehearsalInput): Promise<PlanePrograms> {
  const { programs: folder, env, signal, onProgress } = input;
  const progress = (program: string, phase: string, detail: string): void =>
    onProgress({ type: 'step-progress', step: 'programs', detail: `${program} ${phase} ${detail}`.trim() });
  return runStep(
    ...([onProgress, 'programs', 'looking for the programs of the control plane'] as const),
    () => providePrograms({ runner, env, folder, cache: cacheOf(input), signal, onProgress: progress }),
    ({ 'kube-apiserver': file }) => ({ detail: path.dirname(file) }),
  );
}

/** Installs a prepared deployment on the control plane and runs the drills. */
export function runDrills(
  prepared: RenderedDeployment,
  { kinds, onProgress, signal }: Pick<RehearsalInput, 'kinds' | 'onProgress' | 'signal'>,
  plane: Throwaway,
  shape: Shape,
): Promise<Rehearsed> {
  const { deployment } = prepared;
  const namespace = deployment.target.type === 'kubernetes' ? deployment.target.namespace : '';
  return runStep(
    ...([onProgress, 'drills', 'installing with helm'] as const),
    () =>
      rehearse({
        ...{ plane, shape, namespace, kinds, signal, tier: deployment.tier },
        promisedZones: deployment.recovery?.topology?.zones ?? 1,
        install: () => installRendered(prepared, plane.kubeArgs, namespace, signal),
        onDrill: (kind) => onProgress({ type: 'step-progress', step: 'drills', detail: kind }),
      }),
    ({ drills }) => ({
      detail: counted(drills.length, 'drill'),
      failed: drills.some(({ status }) => status === 'fail'),
    }),
  );
}

function reportOf(
  { deployment }: RenderedDeployment,
  shape: Shape,
  { kubernetes }: Throwaway,
  { drills, workloads }: Rehearsed,
  milliseconds: number,
): RehearsalReport {
  return {
    deployment: deployment.name,
    tier: deployment.tier,
    shape: { source: shape.source, nodes: shape.nodes.length, zones: zonesOf(shape.nodes).length, kubernetes },
    zoneByNode: Object.fromEntries(shape.nodes.map((node) => [node.name, zoneOf(node)])),
    summary: summarizeDrills(drills),
    drills,
    published: publishedTimes(workloads),
    limits: LIMITS,
    seconds: Math.round(milliseconds / 100) / 10,
  };
}
