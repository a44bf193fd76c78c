import { expect, it } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { explainingMissingContext, MissingContext } from '../../src/exec/missing-context.ts';
import type { Runner } from '../../src/exec/runner.ts';

const fault = (stderr: string): ExternalError =>
  new ExternalError('kubectl ended with exit code 1', { stderr: [stderr] });

/** A runner whose kubectl and helm fail with this text, and whose kubeconfig has these contexts. */
function failing(stderr: string, contexts: readonly string[]): Runner {
  return {
    run: async (_, args) => {
      if (args.includes('get-contexts')) return { exitCode: 0, stdout: contexts.join('\n'), stderr: '' };
      throw fault(stderr);
    },
  };
}

const OTHERS = ['prod-eu', 'staging'];
const CHOOSE = 'choose one with --context: prod-eu, staging';
const GET = 'get the kubeconfig of the cluster, then set --kubeconfig or the variable KUBECONFIG to it';

it.each<[string, readonly string[], string, string]>([
  ['error: context "nope" does not exist', OTHERS, 'the context nope does not exist in the kubeconfig', CHOOSE],
  [
    'Error: kubernetes cluster unreachable: context "nope" does not exist',
    OTHERS,
    'the context nope does not exist in the kubeconfig',
    CHOOSE,
  ],
  ['error: cannot locate context nope', OTHERS, 'the context nope does not exist in the kubeconfig', CHOOSE],
  [
    'error: current-context must exist in order to minify',
    OTHERS,
    'no cluster is selected: the kubeconfig has no current context',
    CHOOSE,
  ],
  [
    'The connection to the server localhost:8080 was refused',
    [],
    'no cluster is configured: the kubeconfig is missing or has no context',
    GET,
  ],
  [
    'error: context "nope" does not exist',
    [],
    'no cluster is configured: the kubeconfig is missing or has no context',
    GET,
  ],
])('%s', async (stderr, contexts, message, next) => {
  const error = await explainingMissingContext(failing(stderr, contexts), [])
    .run('kubectl', ['get', 'pods'])
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(MissingContext);
  expect(error).toMatchObject({ message, next: [next], exitCode: 2, stderr: [] });
});

it('does not change any other failure', async () => {
  const runner = explainingMissingContext(failing('Error from server (NotFound): pods "x" not found', OTHERS), []);
  await expect(runner.run('kubectl', ['get', 'pod', 'x'])).rejects.toThrow('kubectl ended with exit code 1');
});

it('keeps the failure of a chosen context whose server is at port 8080 of this machine', async () => {
  const runner = explainingMissingContext(failing('The connection to the server localhost:8080 was refused', OTHERS), [
    '--context',
    'prod-eu',
  ]);
  await expect(runner.run('kubectl', ['get', 'pods'])).rejects.toThrow('kubectl ended with exit code 1');
});
