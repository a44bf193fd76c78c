import { ExternalError } from '../base/errors.ts';
import { EXIT } from '../base/exit-codes.ts';
import { oneLine } from '../base/printable.ts';
import { outputLines } from './answer.ts';
import type { Runner, RunOptions } from './runner.ts';

/** Messages of kubectl and helm for a context that is not in the kubeconfig. */
const NO_SUCH_CONTEXT = /(?:context "?|cannot locate context )([^\s"]{1,253})"?(?: does not exist|$)/m;
/** Messages if no context is chosen. Both programs then try the address localhost:8080, where no server listens. */
const NO_CONTEXT =
  /current-context (?:is not set|must exist)|no configuration has been provided|localhost:8080|127\.0\.0\.1:8080/;
/** Number of contexts that the next step lists. */
const SHOWN = 12;

/** No cluster can be reached because no context is chosen, or one that does not exist. Exit 2. */
export class MissingContext extends ExternalError {
  constructor(message: string, next: readonly string[]) {
    super(message, { next, exitCode: EXIT.usage });
  }
}

/** Returns true if kubectl or helm failed because no context is chosen, or one that does not exist. */
export function lacksContext({ stderr }: ExternalError): boolean {
  const text = stderr.join('\n');
  return NO_SUCH_CONTEXT.test(text) || NO_CONTEXT.test(text);
}

/**
 * Returns a runner that throws MissingContext, with the contexts that exist, if kubectl or helm fail because of a
 * missing context. `kubeArgs` choose the kubeconfig and the context.
 */
export function explainingMissingContext(runner: Runner, kubeArgs: readonly string[]): Runner {
  return {
    ...runner,
    run: async (program, args, options) => {
      try {
        return await runner.run(program, args, options);
      } catch (error) {
        if (!(error instanceof ExternalError) || (program !== 'kubectl' && program !== 'helm')) throw error;
        throw (await missingContext(runner, kubeArgs, error, options)) ?? error;
      }
    },
  };
}

async function missingContext(
  runner: Runner,
  kubeArgs: readonly string[],
  error: ExternalError,
  { signal }: RunOptions = {},
): Promise<MissingContext | undefined> {
  if (!lacksContext(error)) return undefined;
  const named = NO_SUCH_CONTEXT.exec(error.stderr.join('\n'))?.[1];
  const at = kubeArgs.indexOf('--kubeconfig');
  const kubeconfig = at === -1 ? [] : kubeArgs.slice(at, at + 2);
  const heeding = signal === undefined ? {} : { signal };
  const listed = await runner
    .run('kubectl', ['config', 'get-contexts', '-o', 'name', ...kubeconfig], heeding)
    .catch(() => undefined);
  if (listed === undefined) return undefined;
  const contexts = outputLines(listed.stdout);
  // The chosen context exists, and its own server has the address that is used without a context.
  if (named === undefined && contexts.length > 0 && kubeArgs.includes('--context')) return undefined;
  return new MissingContext(messageOf(named, contexts), nextSteps(contexts));
}

function messageOf(named: string | undefined, contexts: readonly string[]): string {
  if (contexts.length === 0) return 'no cluster is configured: the kubeconfig is missing or has no context';
  return named === undefined
    ? 'no cluster is selected: the kubeconfig has no current context'
    : `the context ${oneLine(named)} does not exist in the kubeconfig`;
}

function nextSteps(contexts: readonly string[]): readonly string[] {
  if (contexts.length === 0) {
    return ['get the kubeconfig of the cluster, then set --kubeconfig or the variable KUBECONFIG to it'];
  }
  const more = contexts.length > SHOWN ? ` and ${contexts.length - SHOWN} more (kubectl config get-contexts)` : '';
  const names = contexts.slice(0, SHOWN).map(oneLine);
  return [`choose one with --context: ${names.join(', ')}${more}`];
}
