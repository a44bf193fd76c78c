import path from 'node:path';
import { digestOf } from '../../base/digest.ts';
import type { OnProgress } from '../../base/events.ts';
import { counted } from '../../base/words.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { createCollection } from '../../evidence/collect.ts';
import { COLLECTORS } from '../../evidence/registry.ts';
import { cacheFolder } from '../../rehearsal/cache-folder.ts';
import { removeAbandonedPlanes } from '../../rehearsal/plane/record.ts';
import { baseStages } from '../../rehearsal/plane/simulation.ts';
import { startThrowaway, type Throwaway } from '../../rehearsal/plane/throwaway.ts';
import { providePrograms } from '../../rehearsal/programs/provide.ts';
import type { PlanePrograms } from '../../rehearsal/programs/table.ts';
import { type Rehearsed, rehearse } from '../../rehearsal/rehearse.ts';
import { renderedSetDigest } from '../../rehearsal/rendered-set.ts';
import { type DrillKind, defaultDrills, type RehearsalReport, summarizeDrills } from '../../rehearsal/report.ts';
import { claimStage } from '../../rehearsal/shape/claim-stage.ts';
import { type CollectedShape, shapeFromCluster } from '../../rehearsal/shape/from-evidence.ts';
import { shapeFromFlags } from '../../rehearsal/shape/from-flags.ts';
import { nodesSummary, type Shape, zoneOf, zonesOf } from '../../rehearsal/shape/shape.ts';
import { LIMITS, publishedTimes } from '../../rehearsal/times.ts';
import { collectContext } from '../collect-context.ts';
import type { RenderedDeployment } from '../prepare.ts';
import { runStep } from '../steps.ts';
import { installRendered } from './install-rendered.ts';
import { keepRehearsal } from './keep-rehearsal.ts';

export interface RehearsalOptions {
  /** `--nodes`. Undefined: the shape of the cluster is copied. */
  readonly nodes: string | undefined;
  /** `--zones`. */
  readonly zones: number;
  /** `--drills`. Undefined: those that fit what the file promises. */
  readonly kinds: readonly DrillKind[] | undefined;
  /** Absolute path of `--programs`. */
  readonly programs: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Rehearses a rendered deployment: copies the shape of the cluster or makes it from flags, starts a throwaway control
 * plane, installs there with helm, runs the drills, removes everything, and stores the result beside the deployment's
 * state. Reads the cluster only for its shape, and no secret of it. Throws ExternalError if a program or the control
 * plane fails.
 */
export async function rehearsePrepared(
  prepared: RenderedDeployment,
  options: RehearsalOptions,
): Promise<RehearsalReport> {
  const startedAt = performance.now();
  const { shape, notes } = await shapeOf(prepared, options);
  for (const text of notes) options.onProgress({ type: 'note', level: 'warn', text });
  const programs = await provided(prepared, options);
  const plane = await startPlane(programs, shape, options);
  try {
    const kinds = options.kinds ?? defaultDrills(lostNodesOf(prepared.deployment));
    const rehearsed = await runDrills(prepared, { ...options, kinds }, plane, shape);
    const report = reportOf(prepared, shape, plane, rehearsed, performance.now() - startedAt);
    await keepRehearsal(prepared, report, { ...options, kinds });
    return report;
  } finally {
    await plane.stop();
  }
}

/** Removes what killed runs left, and starts a control plane. */
async function startPlane(
  programs: PlanePrograms,
  shape: Shape,
  options: Pick<RehearsalOptions, 'env' | 'signal' | 'onProgress'>,
): Promise<Throwaway> {
  const { signal, onProgress } = options;
  const cache = cacheOf(options);
  const removed = await removeAbandonedPlanes(cache);
  if (removed > 0) {
    onProgress({ type: 'note', level: 'info', text: `${counted(removed, 'control plane')} of a killed run removed` });
  }
  return runStep(
    ...([onProgress, 'plane', 'starting etcd, API server, scheduler, controller manager, kwok'] as const),
    () => startThrowaway({ programs, cache, stages: [...baseStages(), claimStage(shape)], signal }),
    ({ kubernetes }) => ({
      detail: `Kubernetes ${kubernetes} with ${counted(shape.nodes.length, 'simulated node')}`,
    }),
  );
}

const cacheOf = ({ env }: Pick<RehearsalOptions, 'env'>): string => path.join(cacheFolder('difyctl', env), 'rehearsal');

async function shapeOf(prepared: RenderedDeployment, options: RehearsalOptions): Promise<CollectedShape> {
  const { nodes, zones, env, now, signal, onProgress } = options;
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

function provided({ runner }: RenderedDeployment, options: RehearsalOptions): Promise<PlanePrograms> {
  const { programs: folder, env, signal, onProgress } = options;
  const progress = (program: string, phase: string, detail: string): void =>
    onProgress({ type: 'step-progress', step: 'programs', detail: `${program} ${phase} ${detail}`.trim() });
  return runStep(
    ...([onProgress, 'programs', 'looking for the programs of the control plane'] as const),
    () => providePrograms({ runner, env, folder, cache: cacheOf(options), signal, onProgress: progress }),
    ({ 'kube-apiserver': file }) => ({ detail: path.dirname(file) }),
  );
}

interface DrillOptions extends Pick<RehearsalOptions, 'onProgress' | 'signal'> {
  readonly kinds: readonly DrillKind[];
}

/** Installs a prepared deployment on the control plane and runs the drills. */
export function runDrills(
  prepared: RenderedDeployment,
  { kinds, onProgress, signal }: DrillOptions,
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
        lostNodes: lostNodesOf(deployment),
        install: () => installRendered(prepared, plane.kubeArgs, namespace, signal),
        onDrill: (kind) => onProgress({ type: 'step-progress', step: 'drills', detail: kind }),
      }),
    ({ drills }) => ({
      detail: counted(drills.length, 'drill'),
      failed: drills.some(({ status }) => status === 'fail'),
    }),
  );
}

const lostNodesOf = ({ recovery }: Deployment): number => recovery?.topology?.lostNodes ?? 1;

function reportOf(
  { deployment, rendered: { value }, chart }: RenderedDeployment,
  shape: Shape,
  { kubernetes }: Throwaway,
  { drills, workloads }: Rehearsed,
  milliseconds: number,
): RehearsalReport {
  return {
    deployment: deployment.name,
    tier: deployment.tier,
    renderedSet: renderedSetDigest({
      files: value.files,
      secretName: value.target === 'kubernetes' ? value.secret.name : undefined,
      chart: chart?.facts,
    }),
    shape: {
      ...{ source: shape.source, digest: digestOf(shape), kubernetes },
      ...nodesSummary(shape.nodes),
    },
    zoneByNode: Object.fromEntries(shape.nodes.map((node) => [node.name, zoneOf(node)])),
    summary: summarizeDrills(drills),
    drills,
    published: publishedTimes(workloads),
    limits: LIMITS,
    seconds: Math.round(milliseconds / 100) / 10,
  };
}
