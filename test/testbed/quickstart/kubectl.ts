import { execa } from 'execa';

import { PROGRAMS } from '../provision/programs.ts';
import { onPath } from './on-path.ts';

/**
 * True if the machine's kubectl can be used: it supports servers within one minor version of its own
 * (kubernetes.io/releases/version-skew-policy/#kubectl).
 */
export async function hasFittingKubectl(): Promise<boolean> {
  const kubectl = await onPath('kubectl');
  if (kubectl === undefined) return false;
  const { stdout, failed } = await execa(kubectl, ['version', '--client', '-o', 'json'], {
    reject: false,
    stdin: 'ignore',
  });
  const minor = Number(/"minor":\s*"(\d+)/.exec(stdout)?.[1]);
  const server = Number(PROGRAMS['kube-control'].version.split('.')[1]);
  return !failed && Math.abs(minor - server) <= 1;
}
