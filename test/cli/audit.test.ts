import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

/** No program is on PATH. */
const env = { PATH: '/nowhere' };

describe('difyctl audit', () => {
  it.each([
    [['audit'], 2, 'no installation of Dify is found (cluster:'],
    [['audit', '--release', 'a', '--project', 'b'], 2, '--release and --project exclude each other'],
    [['audit', '--tier', 'stage', '--project', 'dify'], 2, '--tier stage: one of test, prod'],
    [['audit', '--project', 'dify', '--only', 'config.bet'], 2, 'did you mean config.beat?'],
    [['audit', '--project', 'dify', '--only', 'redis.topology'], 2, 'difyctl preflight --only redis.topology'],
    [['audit', '--project', 'dify', '--report', 'audit.pdf'], 2, '--report'],
  ])('%j ends with %i', async (argv, expected, words) => {
    const { code, stderr } = await runCli(argv, { env });
    expect(stderr).toContain(words);
    expect(code).toBe(expected);
  });

  it('of an engine that does not answer ends with 8', async () => {
    const { code, stderr } = await runCli(['audit', '--project', 'dify', '--tier', 'test'], { env });
    expect(stderr).toContain('the installation cannot be read: docker was not found on PATH');
    expect(code).toBe(8);
  });

  it('refuses ids of an audit in other phases, and names the command', async () => {
    const { code, stderr } = await runCli(['preflight', '--tier', 'prod', '--only', 'config.beat'], { env });
    expect(stderr).toContain('difyctl audit --only config.beat');
    expect(code).toBe(2);
  });
});
