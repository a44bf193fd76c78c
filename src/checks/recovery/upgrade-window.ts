import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';

export const recoveryUpgradeWindow: Check = {
  id: 'recovery.upgrade-window',
  title: 'the plan has a window for upgrades that may disturb users',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery !== undefined),
  requires: [],
  remedy: 'difyctl init --recovery-upgrade-window "Sun 02:00-04:00 Europe/Berlin"',
  judge: (context) => {
    const named = deploymentOf(context).recovery?.upgradeWindow;
    const expected = 'day, from, to and time zone';
    // Database migrations run with the api stopped: without a window they run at any time of day.
    if (named === undefined) return finding('warn', { observed: 'no upgrade window is declared', expected });
    const [from, to] = (named.split(' ')[1] ?? '').split('-');
    if (from === to) return finding('warn', { observed: `${named} starts and ends at the same time`, expected });
    return pass(named, expected);
  },
};
