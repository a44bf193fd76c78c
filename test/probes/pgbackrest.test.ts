import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../src/evidence/recovery/read-archive.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { pgBackRest } from '../../src/exec/pgbackrest.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startArchived } from '../testbed/services/pgbackrest.ts';

const testbed = useTestbed(
  () => startArchived(),
  (archived) => archived.stop(),
);

function read(stanza = 'dify') {
  const { config, user, programs, env } = testbed.get();
  const variables = { ...env, PATH: `${programs}:/usr/sbin:/usr/bin:/bin` };
  const runner = createRunner({ env: variables, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
  return readArchive(pgBackRest(runner, { stanza, config, user }, { baseDirectory: '/', kubeArgs: [] }), {});
}

describe('the archive of a real server', () => {
  it('has a backup and its log', async () => {
    await testbed.get().archiveNow();
    const { stanza, postgres, backups, newest, gap } = await read();
    expect({ stanza, postgres, backups: backups.length, gap }).toEqual({
      stanza: 'dify',
      postgres: '15',
      backups: 1,
      gap: undefined,
    });
    expect(newest?.name).toMatch(/^[0-9A-F]{24}$/);
  });

  it('has a gap if a segment is lost', async () => {
    const { archiveNow, repository } = testbed.get();
    for (const _ of [1, 2, 3]) await archiveNow();
    const { segments } = await read();
    const lost = segments.at(-2) ?? '';
    const folder = path.join(repository, 'archive/dify/15-1', lost.slice(0, 16));
    const [file = ''] = (await readdir(folder)).filter((name) => name.startsWith(lost));
    await rm(path.join(folder, file));
    expect((await read()).gap).toEqual({ after: segments.at(-3), before: segments.at(-1) });
  });

  it('cannot be read without its stanza', async () => {
    await expect(read('other')).rejects.toThrow('the stanza other of pgBackRest cannot be used: missing stanza path');
  });
});
