import { describe, expect, it } from 'vitest';
import { KubectlError } from '../../src/exec/kubectl.ts';
import { dryRun } from '../../src/exec/kubectl-dry-run.ts';
import type { Runner } from '../../src/exec/runner.ts';

const object = (kind: string, name: string, apiVersion = 'v1') => ({ apiVersion, kind, metadata: { name } });
const objects = [object('Secret', 'keys'), object('Deployment', 'api', 'apps/v1'), object('Pod', 'api-dry-run')];

function asked(stdout: string, stderr: string) {
  const runner: Runner = { run: async () => ({ exitCode: stderr === '' ? 0 : 1, stdout, stderr }) };
  const signal = new AbortController().signal;
  const how = { verb: 'create', namespace: 'dify', strict: true, resourceOf: () => undefined, ask: undefined } as const;
  return dryRun(runner, [], { ...how, objects, signal, timeoutMs: 1_000 });
}

const DENIED = `deployments.apps "api" is forbidden: ValidatingAdmissionPolicy 'x' with binding 'x' denied request: no`;

describe('a dry run of three objects', () => {
  it.each<[string, string, string, readonly unknown[]]>([
    ['all taken', 'secret/keys\ndeployment.apps/api\npod/api-dry-run\n', '', ['taken', 'taken', 'taken']],
    [
      'one refused, beside a warning',
      'secret/keys\npod/api-dry-run\n',
      `Warning: spec.x is deprecated\nError from server (Forbidden): error when creating "STDIN": ${DENIED}\n`,
      ['taken', { reason: 'Forbidden', text: DENIED }, 'taken'],
    ],
    [
      'a webhook that gives no reason and says much',
      'deployment.apps/api\n',
      'Error from server: error when creating "STDIN": admission webhook "a.b" denied the request: one\n- two\n\nError from server (AlreadyExists): error when creating "STDIN": pods "api-dry-run" already exists\n',
      [
        { reason: '', text: 'admission webhook "a.b" denied the request: one\n- two' },
        'taken',
        { reason: 'AlreadyExists', text: 'pods "api-dry-run" already exists' },
      ],
    ],
    [
      'the one invalid object, in the words of kubectl',
      'secret/keys\npod/api-dry-run\n',
      'The Deployment "api" is invalid: \n* spec.selector: Required value\n',
      ['taken', { reason: 'Invalid', text: expect.stringContaining('spec.selector: Required value') }, 'taken'],
    ],
  ])('%s', async (_, stdout, stderr, answers) => {
    expect(await asked(stdout, stderr)).toEqual(answers);
  });

  it.each([
    ['nobody answers', 'Unable to connect to the server: dial tcp 127.0.0.1:1: connection refused'],
    ['nobody is known', 'error: You must be logged in to the server (Unauthorized)'],
    ['less was said than refused', 'Error from server (Forbidden): no'],
  ])('is not an answer if %s', async (_, stderr) => {
    await expect(asked('', stderr)).rejects.toThrow(KubectlError);
  });
});
