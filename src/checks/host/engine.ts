import { isOlder } from '../../base/version-order.ts';
import { OLDEST_ENGINE } from '../../checklist/host.ts';
import { HOST_ENGINE } from '../../evidence/host/engine.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error, onCompose } from '../when.ts';

export const hostEngine: Check = {
  id: 'host.engine',
  title: 'the Docker engine is recent enough, runs Linux containers, and runs on this machine',
  phases: ['preflight'],
  severity: error,
  when: onCompose,
  requires: [HOST_ENGINE],
  remedy: 'install a newer Docker Engine: https://docs.docker.com/engine/install/',
  judge: (context) => {
    const { version, os, location, name } = context.evidence(HOST_ENGINE);
    const expected = `Docker Engine ${OLDEST_ENGINE} or newer, Linux containers, on this machine`;
    if (os !== 'linux') {
      return finding('fail', {
        observed: `the engine runs ${os} containers`,
        expected,
        remedy: 'switch Docker Desktop to Linux containers',
      });
    }
    if (isOlder(withoutZeros(version), OLDEST_ENGINE))
      return finding('fail', { observed: `Docker Engine ${version}`, expected });
    if (location === 'remote') {
      return finding('warn', {
        observed: `the engine runs on another machine (${name}): it reads the project’s files there, but difyctl writes them on this machine`,
        expected,
        remedy: `run difyctl on ${name}, or keep target.directory at the same path on a file system that both machines mount`,
      });
    }
    return pass(`Docker Engine ${version}${location === 'vm' ? ` on ${name}` : ''}`, expected);
  },
};

/**
 * Removes leading zeros. Docker's old versions had months of two digits (`18.09.1`), which semantic versions do not
 * allow.
 */
function withoutZeros(version: string): string {
  return version.replace(/\.0+(?=\d)/g, '.');
}
