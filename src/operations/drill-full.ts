import type { DifyInDrill, DrillPlace } from '../backup/drill/place.ts';
import { startDify } from '../backup/drill/start-dify.ts';
import { NOT_NAMED, NOT_STARTED, type WorkflowResult } from '../backup/drill/workflow/judge.ts';
import { runWorkflow } from '../backup/drill/workflow/run.ts';
import { type BackupManifest, partOf } from '../backup/manifest.ts';
import { type Problem, UserError } from '../base/errors.ts';
import { counted } from '../base/words.ts';
import { runChecks } from '../checks/engine.ts';
import { CHECKS } from '../checks/registry.ts';
import { COLLECTORS } from '../evidence/registry.ts';
import { dialHere } from '../net/dial.ts';
import { isServing } from '../recovery/drill-facts.ts';
import type { FullDrill } from '../recovery/drill-record.ts';
import type { Drill } from './drill-context.ts';
import { runStep } from './steps.ts';

/** The checks of postflight that need neither users' addresses nor a way out. */
const CHECKED = [
  ...['app.workloads', 'app.schema', 'app.keys', 'app.workers', 'app.queues', 'app.sandbox', 'app.plugin-daemon'],
  'app.ssrf-proxy',
];
/** If Dify did not start, the other checks would only say that nothing answers. */
const CHECKED_IF_STOPPED = ['app.workloads'];

/**
 * Throws UserError with every reason why Dify cannot be started on the set: files that were not copied, or a time
 * that only the archive of PostgreSQL has.
 */
export function refuseFull(manifest: BackupManifest, isFromArchive: boolean): void {
  const problems = [
    ...(['objects', 'plugin-storage'] as const).flatMap((name): readonly Problem[] => {
      const { mechanism } = partOf(manifest, name);
      if (mechanism === 'copied') return [];
      return [{ path: name, message: `Dify needs a copy of the files, and the set has none (${mechanism})` }];
    }),
    ...(isFromArchive
      ? [{ path: '--at', message: 'a full drill restores the dumps of a set, and this time is in the archive' }]
      : []),
  ];
  if (problems.length === 0) return;
  throw new UserError(`Dify cannot be started on set ${manifest.set}; nothing was created`, {
    problems,
    next: ['difyctl drill, without --full, verifies the data alone'],
  });
}

/**
 * Starts Dify on the restored data, runs the checks and the workflow of the file. Throws ExternalError if Docker fails
 * before Dify starts.
 */
export async function drillDify(drill: Drill, dify: DifyInDrill, read: DrillPlace['read']): Promise<FullDrill> {
  const { input, opened, folder, sealed } = drill;
  const { signal, onProgress } = input;
  const started = performance.now();
  const failures = await runStep(
    ...([onProgress, 'dify', 'starting Dify on the restored data'] as const),
    () => startDify(dify, { folder, keys: sealed?.files ?? {} }, { redact: opened.redact, signal }),
    (found) => ({
      detail: found.map(({ workload, reason }) => `${workload}: ${reason}`).join('; '),
      failed: found.length > 0,
    }),
  );
  const startSeconds = Math.round(performance.now() - started) / 1_000;
  const only = failures.length === 0 ? CHECKED : CHECKED_IF_STOPPED;
  const full = {
    services: Object.keys(dify.rendered.project.services ?? {}).toSorted(),
    startSeconds,
    failures: failures.map(({ workload, reason, logs }) => ({ service: workload, reason, logs: [...logs] })),
  };
  const checked = await runStep(
    ...([onProgress, 'postflight', 'checking Dify from inside'] as const),
    async () => ({ ...full, checks: await checksOf(drill, dify, only) }),
    (result) => ({ detail: counted(result.checks.length, 'check'), failed: !isServing(result) }),
  );
  return { ...checked, workflow: failures.length === 0 ? await drillWorkflow(drill, dify, read) : NOT_STARTED };
}

async function drillWorkflow(
  { input, opened }: Drill,
  { engine, project }: DifyInDrill,
  read: DrillPlace['read'],
): Promise<WorkflowResult> {
  const { deployment, signal, onProgress } = input;
  const settings = deployment.recovery?.drills?.workflow;
  if (settings === undefined) return NOT_NAMED;
  return runStep(
    ...([onProgress, 'workflow', `running the workflow of app ${settings.app}`] as const),
    () => read(({ main }) => runWorkflow(settings, { engine, project, query: main, protect: opened.protect, signal })),
    ({ status, observed }) => ({ detail: observed, failed: status !== 'pass' }),
  );
}

async function checksOf(
  { input, opened }: Drill,
  { deployment, secrets, rendered }: DifyInDrill,
  only: readonly string[],
): Promise<FullDrill['checks']> {
  const { env, now, signal, baseDirectory } = input;
  const { tier } = deployment;
  const context = {
    ...{ tier, deployment, secrets, rendered, baseDirectory, env, now, signal },
    ...{ chart: undefined, renderFault: undefined, kubeArgs: [], runner: opened.runner, dial: dialHere },
    from: 'local',
  } as const;
  const checks = CHECKS.filter(({ id }) => only.includes(id));
  const { report } = await runChecks({ phase: 'postflight', checks, collectors: COLLECTORS, context });
  return report.checks.map(({ id, status, observed, expected }) => ({ id, status, observed, expected }));
}
