import { tryBoundedJson } from '../../../base/bounded-json.ts';
import { cut } from '../../../base/cut.ts';
import { isObject } from '../../../base/json.ts';
import { numberAt, optionalTextAt } from '../../../base/json-path.ts';
import { oneLine } from '../../../base/printable.ts';
import type { WorkflowSettings } from '../../../deployment/schema/drills.ts';
import type { Docker, ProjectRef } from '../../../exec/docker.ts';
import { PORTS, SERVICE_OF } from '../../../render/compose/names.ts';

/** What Dify answered to a workflow that it was asked to run. */
export interface WorkflowAnswer {
  /** HTTP status. Undefined if nothing answered. */
  readonly http: number | undefined;
  /** Exit code of curl: 0, 7 (refused), 28 (time limit), … */
  readonly exitCode: number;
  /** `succeeded`, `failed`, `stopped`, `partial-succeeded` or `paused`. Undefined if the answer has none. */
  readonly status: string | undefined;
  /** Why the workflow or the request failed, one line. Empty if the answer does not say it. */
  readonly error: string;
  /** The names of the outputs; their values may be data of users. */
  readonly outputs: readonly string[];
  /** Seconds, as Dify measured them. */
  readonly seconds: number | undefined;
}

/** The user of the run, for Dify's log of the app. */
const USER = 'difyctl-drill';
const MARK = 'difyctl-answer';
const ANSWER = new RegExp(`\\n${MARK} (\\d{3}) (\\d+)\\n?$`);
/** Exit codes of curl that are answers too: cannot connect, no answer in time, an empty answer, a broken one. */
const NO_ANSWER = [7, 28, 52, 56];
/** Milliseconds that docker has beyond the time of the workflow. */
const DOCKER_MS = 15_000;
const ERROR_LIMIT = 300;
const MOST_OUTPUTS = 20;
const NAME_LIMIT = 64;

/** Where the api of a project runs, and how long it has for the answer. */
interface Asked {
  readonly engine: Docker;
  readonly project: ProjectRef;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/**
 * Asks the api of a project to run a workflow, and waits for its end, with the curl of the api's own image: no port of
 * it is published. Throws ExternalError if the command cannot run there.
 */
export async function askForRun(
  key: string,
  inputs: WorkflowSettings['inputs'],
  { engine, project, seconds, signal }: Asked,
): Promise<WorkflowAnswer> {
  const curl = ['curl', '--disable', '--silent', '--write-out', `\\n${MARK} %{http_code} %{exitcode}\\n`];
  const output = await engine.composeLive(project, ['exec', '-T', SERVICE_OF.api, ...curl, '--config', '-'], {
    input: curlConfig(key, inputs, seconds),
    okCodes: [0, ...NO_ANSWER],
    timeoutMs: seconds * 1_000 + DOCKER_MS,
    signal,
  });
  return parseRun(output);
}

/**
 * The request as options of curl, which reads them on standard input: the key is in no process list. In blocking mode,
 * Dify answers when the workflow has ended (docs.dify.ai, Run Workflow).
 */
function curlConfig(key: string, inputs: WorkflowSettings['inputs'], seconds: number): string {
  const body = JSON.stringify({ inputs: inputs ?? {}, response_mode: 'blocking', user: USER });
  const options = [
    ['url', `http://localhost:${PORTS.api}/v1/workflows/run`],
    ['noproxy', '*'],
    ['max-time', String(seconds)],
    ['header', `Authorization: Bearer ${key}`],
    ['header', 'Content-Type: application/json'],
    ['data-raw', body],
  ] as const;
  // curl.se, -K: in quotes, a backslash precedes a quote and a backslash.
  return options.map(([name, value]) => `${name} = "${value.replaceAll(/["\\]/g, '\\$&')}"\n`).join('');
}

/** Parses the output of curl: the body, then the status and the exit code. */
function parseRun(output: string): WorkflowAnswer {
  const [, http = '', exitCode = ''] = ANSWER.exec(output) ?? [];
  const body = tryBoundedJson(output.replace(ANSWER, ''));
  const data = isObject(body) ? body.data : undefined;
  const outputs = isObject(data) && isObject(data.outputs) ? Object.keys(data.outputs) : [];
  return {
    http: Number(http) || undefined,
    exitCode: Number(exitCode),
    status: optionalTextAt(data, 'status'),
    error: cut(oneLine(optionalTextAt(data, 'error') ?? optionalTextAt(body, 'message') ?? ''), ERROR_LIMIT),
    outputs: outputs.slice(0, MOST_OUTPUTS).map((name) => cut(oneLine(name), NAME_LIMIT)),
    seconds: numberAt(data, 'elapsed_time'),
  };
}
