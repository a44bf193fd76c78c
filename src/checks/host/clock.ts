import { CLOCK_TOLERANCE_SECONDS } from '../../checklist/host.ts';
import { HOST_ENGINE } from '../../evidence/host/engine.ts';
import { HOST_KERNEL } from '../../evidence/host/kernel.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { onCompose, warning } from '../when.ts';

export const hostClock: Check = {
  id: 'host.clock',
  title: 'the clock of the engine is correct',
  phases: ['preflight'],
  severity: warning,
  when: onCompose,
  requires: [HOST_ENGINE],
  optional: [HOST_KERNEL],
  remedy: 'enable time synchronisation: timedatectl set-ntp true',
  judge: (context) => {
    const { clockAhead, name } = context.evidence(HOST_ENGINE);
    const synchronized = context.optionalEvidence(HOST_KERNEL)?.data?.synchronized;
    const expected = `a synchronised clock, at most ${CLOCK_TOLERANCE_SECONDS} s off`;
    if (Math.abs(clockAhead) > CLOCK_TOLERANCE_SECONDS) {
      const way = clockAhead > 0 ? 'ahead of' : 'behind';
      return finding('warn', {
        observed: `the clock of ${name} is ${Math.abs(clockAhead)} s ${way} this machine’s`,
        expected,
      });
    }
    if (synchronized === false)
      return finding('warn', { observed: 'the clock of this machine is not synchronised', expected });
    return pass(synchronized === true ? 'the clock is synchronised' : 'no time service reports a problem', expected);
  },
};
