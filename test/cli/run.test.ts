import { describe, expect, it } from 'vitest';
import { Interrupted, Uncaught, UserError, withDetails } from '../../src/base/errors.ts';
import { CommandRun, type ProcessIo } from '../../src/cli/frame/run.ts';

function world(signal: AbortSignal): { readonly world: ProcessIo; text(): string } {
  const chunks: string[] = [];
  const stream = { write: (chunk: string) => chunks.push(chunk) > 0 };
  const streams = { stdin: {}, stdout: stream, stderr: stream } as unknown as ProcessIo['streams'];
  return { world: { streams, env: {}, cwd: '/', now: () => new Date(0), signal }, text: () => chunks.join('') };
}

const GLOBALS = {
  config: undefined,
  output: 'text',
  set: [],
  kubeconfig: undefined,
  context: undefined,
  timeoutMs: undefined,
  nonInteractive: false,
  color: true,
  quiet: false,
  verbose: false,
  version: false,
} as const;

describe('a run', () => {
  it.each([
    ['an AbortError', new DOMException('This operation was aborted', 'AbortError'), 130],
    ['what the abort itself says', new Interrupted('interrupted by SIGINT'), 130],
    ['a fault that says more', new UserError('half done'), 2],
  ])('that was interrupted and ends with %s reports no bug', (_title, error, code) => {
    const { world: outside, text } = world(AbortSignal.abort());
    expect(new CommandRun(outside).fail(error, [])).toBe(code);
    expect(text()).not.toMatch(/bug/);
  });

  it.each([
    ['ENOSPC', 'write', 8, /\/data\/f: no space is left/],
    ['EROFS', 'open', 2, /\/data\/f: the file system is read-only/],
    ['EACCES', 'mkdir', 2, /\/data\/f: permission denied/],
    ['ENOENT', 'open', 1, /bug/],
    ['ECONNREFUSED', 'connect', 1, /bug/],
  ])('that meets %s at %s ends with %i', (code, syscall, exit, message) => {
    const { world: outside, text } = world(new AbortController().signal);
    const error = Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, path: '/data/f' });
    expect(new CommandRun(outside).fail(error, [])).toBe(exit);
    expect(text()).toMatch(message);
  });

  it('that an uncaught error interrupts shows that error, and the objects that could not be removed', () => {
    const { world: outside, text } = world(AbortSignal.abort(new Uncaught(new TypeError('no such field'))));
    const left = ['kubectl delete pvc a -n dify', 'kubectl delete pvc b -n dify'];
    expect(new CommandRun(outside).fail(withDetails(new Interrupted(), left), [])).toBe(1);
    expect(text()).toContain(`a bug in difyctl: no such field; ${left.join('; ')}`);
  });

  it.each(['-v', '--verbose'])('%s adds the stack of an error', (flag) => {
    const { world: outside, text } = world(new AbortController().signal);
    new CommandRun(outside).fail(new Error('cannot go on'), [flag]);
    expect(text()).toMatch(/run\.test\.ts/);
  });

  it('shows no known secret, on either stream, in an error or a result', () => {
    const { world: outside, text } = world(new AbortController().signal);
    const run = new CommandRun(outside);
    const context = run.context(GLOBALS, [], () => Promise.resolve([]));
    context.protect(['hunter2secret']);
    context.stdout.write('password hunter2secret\n');
    context.stderr.write('aHVudGVyMnNlY3JldA==\n');
    run.fail(new Error('cannot open postgres://a:hunter2secret@db'), ['-o', 'json', '--verbose']);
    expect(text()).not.toMatch(/hunter2secret|aHVudGVyMnNlY3JldA/);
  });
});
