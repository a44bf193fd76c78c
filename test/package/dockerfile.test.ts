import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROGRAMS } from '../testbed/provision/programs.ts';

const dockerfile = readFileSync(new URL('../../templates/Dockerfile', import.meta.url), 'utf8');

const argumentOf = (argument: string) => new RegExp(`^ARG ${argument}=(.+)$`, 'm').exec(dockerfile)?.[1];

it('names the kubectl, the helm and the restic that the tests use', () => {
  expect([argumentOf('KUBECTL_VERSION'), argumentOf('HELM_VERSION'), argumentOf('RESTIC')]).toEqual([
    PROGRAMS.kubectl.version,
    PROGRAMS.helm3.version,
    `restic/restic:${PROGRAMS.restic.version}`,
  ]);
});

it('has the clients of PostgreSQL 15 to 18, of the Debian of its base', () => {
  const debian = /-(\w+)-slim$/.exec(argumentOf('BASE') ?? '')?.[1];
  for (const major of [15, 16, 17, 18])
    expect(argumentOf(`POSTGRES_${major}`)).toMatch(new RegExp(`^postgres:${major}\\.\\d+-${debian}$`));
});

/** The command that verifies what was downloaded, run by a real shell on files of its own. */
function verify(kubectl: string, digestOf: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'difyctl-dockerfile-'));
  try {
    mkdirSync(join(folder, 'tools'));
    const digest = execFileSync('sha256sum', { input: digestOf }).toString().slice(0, 64);
    for (const file of ['kubectl', 'helm.tar.gz']) {
      writeFileSync(join(folder, 'tools', file), kubectl);
      writeFileSync(join(folder, 'tools', `${file}.sha256`), `${digest}\n`);
    }
    const line = /^RUN cd \/tmp\/tools \\\n && (.*) \\$/m.exec(dockerfile)?.[1] ?? 'false';
    execFileSync('sh', ['-c', line], { cwd: join(folder, 'tools'), stdio: 'pipe' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('verifies what it downloads', () => {
  expect(() => verify('a program', 'a program')).not.toThrow();
  expect(() => verify('another program', 'a program')).toThrow('Command failed');
});
