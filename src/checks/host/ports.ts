import { HOST_PORTS } from '../../evidence/host/ports.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { error, onCompose } from '../when.ts';

export const hostPorts: Check = {
  id: 'host.ports',
  title: 'the published ports are free, or held by this project',
  phases: ['preflight'],
  severity: error,
  when: onCompose,
  requires: [HOST_PORTS],
  remedy: 'stop what holds the port, or choose another one',
  judge: (context) => {
    const ports = context.evidence(HOST_PORTS);
    const expected = 'free, or held by this project';
    const taken = ports.filter(({ state }) => state === 'taken');
    if (taken.length > 0) {
      const words = taken.map(
        ({ port, holder }) => `port ${port} is taken${holder === undefined ? '' : ` by container ${holder}`}`,
      );
      const purposes = listed(taken.map(({ purpose }) => purpose));
      return finding('fail', {
        observed: listed(words),
        expected,
        remedy: `stop what holds it, or set ${purposes} to another port`,
      });
    }
    const unseen = ports.filter(({ state }) => state === 'unseen');
    if (unseen.length > 0) {
      const message = `could not find out whether port ${listed(unseen.map(({ port }) => String(port)))} is free`;
      return { status: 'unknown', observed: 'not observed', expected, message };
    }
    return pass(
      listed(ports.map(({ port, state }) => `port ${port} ${state === 'own' ? 'held by this project' : 'free'}`)),
      expected,
    );
  },
};
