import { describe, expect, test } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { helm } from '../../src/exec/helm.ts';
import { kubectl } from '../../src/exec/kubectl.ts';
import { retryingRunner } from '../../src/exec/retry.ts';
import type { Runner } from '../../src/exec/runner.ts';

const failed = (...stderr: readonly string[]): ExternalError =>
  new ExternalError('kubectl ended with exit code 1', { stderr });
const BUSY = failed(
  'Error from server (InternalError): an error on the server ("") has prevented the request from succeeding',
);
const AWAY = failed('The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?');

/** A runner that gives these answers in turn, and then always `ok`. Records waits and messages. */
function scene(...answers: readonly (ExternalError | string)[]) {
  const left = [...answers];
  const calls: string[] = [];
  const pauses: number[] = [];
  const notes: string[] = [];
  const inner: Runner = {
    run: async (program, args) => {
      calls.push([program, ...args].join(' '));
      const answer = left.shift() ?? 'ok';
      if (typeof answer !== 'string') throw answer;
      return { exitCode: 0, stdout: answer, stderr: '' };
    },
  };
  const runner = retryingRunner(inner, {
    pause: async (ms) => void pauses.push(ms),
    onRetry: (text) => notes.push(text),
  });
  return { runner, calls, pauses, notes };
}

const GET = ['--context', 'prod', 'get', 'pods'];

describe('an API server with a temporary failure', () => {
  test.each([
    ['one answer 500', [BUSY]],
    ['five answers 500', [BUSY, BUSY, BUSY, BUSY, BUSY]],
    ['429', [failed('Error from server (TooManyRequests): try again later')]],
    ['503', [failed('Error from server (ServiceUnavailable): the server is currently unable to handle the request')]],
    ['a leader election', [failed('Error from server: etcdserver: leader changed')]],
  ])('%s: the read is repeated, and one message says so', async (_, answers) => {
    const { runner, notes, calls } = scene(...answers);
    expect(await runner.run('kubectl', GET)).toMatchObject({ stdout: 'ok' });
    expect(calls).toHaveLength(answers.length + 1);
    expect(notes).toEqual([
      expect.stringMatching(/^the API server does not answer correctly, retrying for half a minute: /),
    ]);
  });

  test('a connection that breaks once it has answered: repeated', async () => {
    const { runner, calls, notes } = scene('ok', AWAY, AWAY, 'ok', AWAY);
    for (let at = 0; at < 3; at += 1) await runner.run('kubectl', GET);
    expect(calls).toHaveLength(6);
    // Two outages.
    expect(notes).toHaveLength(2);
  });

  test('for longer than half a minute: its own last message', async () => {
    const { runner, pauses } = scene('ok', ...Array.from({ length: 20 }, () => AWAY));
    await runner.run('kubectl', GET);
    await expect(runner.run('kubectl', GET)).rejects.toBe(AWAY);
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(30_750);
  });
});

describe('is not repeated', () => {
  test.each([
    ['a cluster that never answered', GET, AWAY],
    ['what is forbidden', GET, failed('Error from server (Forbidden): pods is forbidden')],
    ['what is missing', GET, failed('Error from server (NotFound): pods "a" not found')],
    ['a webhook that is down', GET, failed('Error from server (InternalError): failed calling webhook "a.b.c"')],
    ['a certificate that is not trusted', GET, failed('Unable to connect to the server: x509: unknown authority')],
    ['helm upgrade, which may have begun', ['upgrade', 'dify', '--install'], BUSY],
    ['kubectl exec', ['exec', 'pod', '--', 'true'], BUSY],
  ])('%s', async (_, args, error) => {
    const { runner, calls, notes } = scene(error, error);
    const program = args[0] === 'upgrade' ? 'helm' : 'kubectl';
    await expect(runner.run(program, args)).rejects.toBe(error);
    expect([calls.length, notes]).toEqual([1, []]);
  });
});

describe('a failure carries its cause and the next step', () => {
  const answering = (error: ExternalError): Runner => ({
    run: async () => {
      throw error;
    },
  });

  test('of helm', async () => {
    const error = new ExternalError('helm ended with exit code 1', {
      stderr: [
        'level=WARN msg=x',
        'Error: UPGRADE FAILED: Get "https://10.0.0.1": dial tcp: connect: connection refused',
      ],
    });
    const asked = helm(answering(error), []).upgradeInstall({ name: 'a', namespace: 'b' }, { path: '/c' }, {}, {});
    await expect(asked).rejects.toMatchObject({
      message:
        'helm ended with exit code 1: UPGRADE FAILED: Get "https://10.0.0.1": dial tcp: connect: connection refused',
      next: [
        'check whether the API server answers: kubectl get --raw /readyz',
        'then re-run the same command to resume',
      ],
    });
  });

  test('of a kubectl that does not end', async () => {
    const error = new ExternalError('kubectl did not end in time', { command: 'kubectl get pods', timedOut: true });
    await expect(kubectl(answering(error), []).run(['get', 'pods'])).rejects.toMatchObject({
      message: 'kubectl did not end in time: neither the API server nor a credential plugin answered',
      next: [
        'check whether the API server answers: kubectl get --raw /readyz --request-timeout 10s',
        'then re-run the same command, if necessary with a longer --timeout',
      ],
    });
  });
});
