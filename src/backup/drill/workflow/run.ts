import { durationSeconds } from '../../../base/duration.ts';
import type { WorkflowSettings } from '../../../deployment/schema/drills.ts';
import type { Docker, ProjectRef } from '../../../exec/docker.ts';
import { attempt, type Query } from '../../invariants/read/source.ts';
import { readApp } from './app.ts';
import { judgeWorkflow, type WorkflowFacts, type WorkflowResult } from './judge.ts';
import { askForRun } from './request.ts';

/** Time limit of a workflow, if the file states none. */
const DEFAULT_TIME = '1m';

interface RunInput {
  readonly engine: Docker;
  /** The project whose api runs the workflow. */
  readonly project: ProjectRef;
  /** Its main database. */
  readonly query: Query;
  /** Called with the API key before it is used, so that it is redacted. */
  readonly protect: (values: readonly string[]) => void;
  readonly signal: AbortSignal;
}

/** Runs the workflow of an app with an API key of its own, and judges it. Throws only if `signal` is aborted. */
export async function runWorkflow(
  { app, inputs, timeout = DEFAULT_TIME }: WorkflowSettings,
  { engine, project, query, protect, signal }: RunInput,
): Promise<WorkflowResult> {
  const seconds = durationSeconds(timeout);
  const facts = await attempt(signal, async (): Promise<WorkflowFacts> => {
    const found = await readApp(query, app);
    if (found.state !== 'ready') return found;
    protect([found.key]);
    return { answer: await askForRun(found.key, inputs, { engine, project, seconds, signal }) };
  });
  return judgeWorkflow(facts, app, seconds);
}
