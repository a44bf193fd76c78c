import { expect, test } from 'vitest';
import { helm } from '../../../src/exec/helm.ts';
import { kubectl } from '../../../src/exec/kubectl.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { diagnose } from '../../../src/targets/kubernetes/diagnose.ts';

const REMOVED = 'unable to retrieve container logs for containerd://be25fcb6\n';

/** The last log lines of an api whose container failed before, from the log of its earlier run and of its new run. */
async function logsOf(previous: string, current: string): Promise<readonly string[] | undefined> {
  const runner: Runner = {
    run: async (_, args) => {
      const log = args.includes('--previous') ? previous : current;
      return { exitCode: 0, stdout: args.includes('logs') ? log : '{"items":[]}', stderr: '' };
    },
  };
  const list = JSON.stringify({ kind: 'EventList', apiVersion: 'v1', metadata: {}, items: [] });
  const connection = {
    kubectl: kubectl(runner, [], async (_path, hear) => hear(Buffer.from(list))),
    helm: helm(runner, []),
    chart: undefined,
    release: { name: 'dify', namespace: 'dify' },
    redact: (text: string) => text.replaceAll('hunter2', '***'),
    now: () => 0,
  };
  const holdup = { kind: 'failing', container: 'api', reason: 'CrashLoopBackOff', message: '', ran: true } as const;
  const pod = { name: 'dify-api-0', labels: {}, ready: false, restarts: 3, holdup };
  const view = { name: 'dify-api', kind: 'Deployment', ready: 0, desired: 1, settled: false, pods: [pod] };
  const [failure] = await diagnose(connection, [view as never], new AbortController().signal);
  return failure?.logs;
}

test.each<[string, string, string, readonly string[]]>([
  ['its earlier run', 'cause\n\nhunter2\n', 'Starting\n', ['cause', '***']],
  ['its new run, if the kubelet has removed the container of the earlier one', REMOVED, 'cause\n', ['cause']],
  ['its new run, if the earlier one wrote nothing', '', 'cause\n', ['cause']],
  ['none, if the kubelet has removed both', REMOVED, REMOVED, []],
])('the last lines of a container that failed are those of %s', async (_, previous, current, expected) => {
  expect(await logsOf(previous, current)).toEqual(expected);
});
