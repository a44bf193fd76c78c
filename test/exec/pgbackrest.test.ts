import { describe, expect, it } from 'vitest';
import { pgBackRest, placeWords } from '../../src/exec/pgbackrest.ts';
import type { Runner } from '../../src/exec/runner.ts';

const INFO = JSON.stringify([
  { name: 'dify', status: { code: 0, message: 'ok' }, backup: [], archive: [], db: [{ id: 1, version: '15' }] },
]);

/** Runs `info` and lists an archive. Returns the command lines. */
async function commands(
  settings: Omit<Parameters<typeof pgBackRest>[1], 'stanza' | 'user'>,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const runner: Runner = {
    run: async (program, args) => {
      lines.push([program, ...args].join(' '));
      return { exitCode: 0, stdout: args.includes('info') ? INFO : '{}', stderr: '' };
    },
  };
  const where = { baseDirectory: '/srv', kubeArgs: ['--context', 'prod'] };
  const program = pgBackRest(runner, { stanza: 'dify', user: 'postgres', ...settings }, where);
  await program.info({});
  await program.segments('15-1', {});
  return lines;
}

const LOGS = '--log-level-console=warn --log-level-file=off';

describe('pgBackRest', () => {
  it('runs in a container of Docker as its user, with a configuration there', async () => {
    expect(await commands({ config: 'etc/pgbackrest.conf', in: { container: 'postgres' } })).toEqual([
      `docker exec --user postgres postgres pgbackrest info --stanza=dify --config=etc/pgbackrest.conf ${LOGS} --output=json`,
      `docker exec --user postgres postgres pgbackrest repo-ls archive/dify/15-1 --config=etc/pgbackrest.conf ${LOGS} --recurse --output=json`,
    ]);
  });

  it.each([
    ['database', ' -c database'],
    [undefined, ''],
  ])('runs in a pod of the cluster of the deployment, in the container %s', async (container, words) => {
    const exec = `kubectl --context prod exec -n pg db-0${words} -- pgbackrest`;
    expect(await commands({ in: { pod: 'db-0', namespace: 'pg', container } })).toEqual([
      `${exec} info --stanza=dify ${LOGS} --output=json`,
      `${exec} repo-ls archive/dify/15-1 ${LOGS} --recurse --output=json`,
    ]);
  });

  it('is named by its container', () => {
    expect([placeWords({ container: 'postgres' }), placeWords({ pod: 'db-0', namespace: 'pg' })]).toEqual([
      'the container postgres',
      'pod db-0 in namespace pg',
    ]);
  });
});
