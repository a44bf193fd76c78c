import { span } from '../../../base/duration.ts';
import { firstOf } from '../../../base/words.ts';
import type { Read } from '../../invariants/facts.ts';
import type { AppInSet } from './app.ts';
import type { WorkflowAnswer } from './request.ts';

/** What was found of the workflow that the file names. */
export type WorkflowFacts = Exclude<AppInSet, { readonly state: 'ready' }> | { readonly answer: WorkflowAnswer };

/** The workflow of a full drill, as the record has it. */
export interface WorkflowResult {
  readonly id: 'workflow';
  /** Id of the app. Undefined if no workflow was run. */
  readonly app?: string;
  readonly status: 'pass' | 'fail' | 'skip' | 'unknown';
  readonly observed: string;
  readonly expected: string;
  /** The next step. Undefined if the workflow succeeded, or if Dify did not start. */
  readonly next?: string;
  /** Names of the outputs of a workflow that succeeded. */
  readonly outputs?: string[];
  /** Seconds that it ran, as Dify measured them. */
  readonly seconds?: number;
}

type Verdict = Pick<WorkflowResult, 'status' | 'observed' | 'next' | 'outputs' | 'seconds'>;

const FIELD = 'recovery.drills.workflow';
/** Names of outputs in the sentence. */
const SHOWN = 3;

/** The result of a full drill whose file names no workflow. */
export const NOT_NAMED: WorkflowResult = {
  id: 'workflow',
  status: 'skip',
  observed: 'no workflow was run: the file names none',
  expected: 'a workflow succeeds',
  next: `set ${FIELD}.app to the id of an app, which is in the address of its page: /app/ID/workflow`,
};

/** The result of a full drill in which Dify did not start. */
export const NOT_STARTED: WorkflowResult = {
  ...{ id: 'workflow', status: 'skip', expected: 'a workflow succeeds' },
  observed: 'no workflow was run: Dify did not start',
};

/** Judges the run of the workflow of an app. `seconds`: its time limit. Pure. */
export function judgeWorkflow(facts: Read<WorkflowFacts>, app: string, seconds: number): WorkflowResult {
  const verdict =
    'seen' in facts
      ? verdictOf(facts.seen, app, seconds)
      : { status: 'unknown' as const, observed: `could not be run: ${facts.unread}`, next: 'difyctl drill --full' };
  return { id: 'workflow', app, expected: `the workflow of app ${app} succeeds`, ...verdict };
}

function verdictOf(facts: WorkflowFacts, app: string, seconds: number): Verdict {
  if ('answer' in facts) return answerVerdict(facts.answer, app, seconds);
  switch (facts.state) {
    case 'missing':
      return failed(`the set has no app ${app}`, `set ${FIELD}.app to the id of an app that the set contains`);
    case 'other-mode':
      return failed(
        `app ${app} has the mode ${facts.mode}, and a drill runs only apps of the mode workflow`,
        `set ${FIELD}.app to the id of an app of the type Workflow`,
      );
    case 'not-published':
      return failed(`app ${app} has no published workflow in the set`, 'publish it, then run difyctl backup');
    case 'no-key':
      return failed(
        `app ${app} has no API key in the set`,
        'create a key on its page API Access, then run difyctl backup',
      );
  }
}

function answerVerdict(answer: WorkflowAnswer, app: string, seconds: number): Verdict {
  const { http, exitCode, status, error, outputs, seconds: took } = answer;
  const outside = `name a workflow that needs no outside service, such as one of code, template and if-else nodes: the networks of a drill have no way out`;
  if (exitCode === TIME_LIMIT)
    return failed(
      `app ${app} did not answer within ${span(seconds)}`,
      `set ${FIELD}.timeout to more than it needs, or ${outside}`,
    );
  if (http === undefined)
    return failed(`the api closed the connection or refused it (curl ended with ${exitCode})`, 'difyctl drill --full');
  if (status === undefined)
    return failed(
      `Dify answered ${http}${error === '' ? '' : `: ${error}`}`,
      `run app ${app} with the same inputs in the installation, and correct ${FIELD} or the app`,
    );
  const time = took === undefined ? {} : { seconds: took };
  if (status !== 'succeeded')
    return { ...failed(`app ${app} ended as ${status}${error === '' ? '' : `: ${error}`}`, outside), ...time };
  const named = outputs.length === 0 ? 'without outputs' : `with the outputs ${firstOf(outputs, SHOWN)}`;
  return { status: 'pass', observed: `app ${app} succeeded ${named}`, outputs: [...outputs], ...time };
}

/** Exit code of curl if its time limit is over (curl.se, EXIT CODES). */
const TIME_LIMIT = 28;

function failed(observed: string, next: string): Verdict {
  return { status: 'fail', observed, next };
}
