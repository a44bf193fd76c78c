import { HOST_PORTS } from '../../evidence/host/ports.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { error, onCompose } from '../when.ts';

export const hostPorts: Check = {
  id: 'host.ports',
  title: 'the published ports are free, or used by this project',
  phases: ['preflight'],
  severity: error,
  when: onCompose,
  requires: [HOST_PORTS],
  remedy: 'stop the program that uses the port, or choose another port',
  judge: (context) => {
    const ports = context.evidence(HOST_PORTS);
    const expected = 'free, or used by this project';
    const taken = ports.filter(({ state }) => state === 'taken');
    if (taken.length > 0) {
      const words = taken.map(
        ({ port, holder }) => `port ${port} is in use${holder === undefined ? '' : ` by container ${holder}`}`,
      );
      const purposes = listed(taken.map(({ purpose }) => purpose));
      return finding('fail', {
        observed: listed(words),
        expected,
        remedy: `stop the program that uses it, or set ${purposes} to another port`,
      });
    }
    const unseen = ports.filter(({ state }) => state === 'unseen');
    if (unseen.length > 0) {
      const message = `difyctl could not determine whether port ${listed(unseen.map(({ port }) => String(port)))} is free`;
      return { status: 'unknown', observed: 'not observed', expected, message };
    }
    return pass(
      listed(ports.map(({ port, state }) => `port ${port} ${state === 'own' ? 'used by this project' : 'free'}`)),
      expected,
    );
  },
};
