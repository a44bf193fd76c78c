import { cut } from '../../../base/cut.ts';

/** One request that a process of the installation made, and its answer. */
export interface InsideAnswer {
  /** HTTP status. Undefined if nothing answered. */
  readonly status: number | undefined;
  /** For a request through a proxy: the proxy's own status for CONNECT. Undefined for any other request. */
  readonly connect: number | undefined;
  /** Exit code of curl: 0, 7 (refused), 28 (time limit), 56 (refused by a proxy), … */
  readonly exitCode: number;
  /** The first 400 characters. */
  readonly body: string;
}

/** A request of the script: a name for its answer, and the arguments of curl as the shell reads them. */
export interface InsideRequest {
  readonly name: string;
  /** Written into the script as it is: only text of difyctl and names of variables, never text from elsewhere. */
  readonly curl: string;
  /** Name of the variable whose value is sent as `X-Api-Key`, or a literal key that is no secret. */
  readonly key?: { readonly variable: string } | { readonly literal: string };
  /** Time limit. Default: 5. */
  readonly seconds?: number;
}

const MARK = 'difyctl-answer';
const REQUEST_SECONDS = 5;
const BODY_LIMIT = 400;

/**
 * A shell script that makes the requests one after the other with the curl of Dify's image. Keys reach curl on standard
 * input, so that they are in no process list.
 */
export function requestScript(requests: readonly InsideRequest[]): string {
  return requests.map((request) => `${header(request.key)}${line(request)}`).join('\n');
}

function header(key: InsideRequest['key']): string {
  if (key === undefined) return 'printf "" | ';
  const value = 'variable' in key ? `"$${key.variable}"` : `'${key.literal}'`;
  return `printf 'X-Api-Key: %s\\n' ${value} | `;
}

function line({ name, curl, seconds = REQUEST_SECONDS }: InsideRequest): string {
  const format = `'\\n${MARK} ${name} %{http_code} %{http_connect} %{exitcode}\\n'`;
  return `curl -s -m ${seconds} -H @- -w ${format} ${curl}`;
}

const ANSWER = new RegExp(`\\n${MARK} (\\S+) (\\d{3}) (\\d{3}) (\\d+)\\n`);

/** Parses the output of `requestScript`: the answers by the names of their requests. */
export function parseAnswers(output: string): Readonly<Record<string, InsideAnswer>> {
  const answers: Record<string, InsideAnswer> = {};
  let rest = output;
  for (let found = ANSWER.exec(rest); found !== null; found = ANSWER.exec(rest)) {
    const [all, name = '', status, connect, exitCode] = found;
    const body = rest.slice(0, found.index);
    answers[name] = {
      status: Number(status) || undefined,
      connect: Number(connect) || undefined,
      exitCode: Number(exitCode),
      body: cut(body, BODY_LIMIT - 1),
    };
    rest = rest.slice(found.index + all.length);
  }
  return answers;
}
