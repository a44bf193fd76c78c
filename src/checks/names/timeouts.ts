import { EXECUTION_SECONDS } from '../../checklist/execution-time.ts';
import { finding, listed, pass } from '../judgement.ts';
import { warning } from '../when.ts';
import { settingsCheck } from './settings-check.ts';

export const namesTimeouts = settingsCheck(
  {
    id: 'names.timeouts',
    title: 'every server in front of Dify waits as long as a run may take',
    severity: warning,
    remedy: 'raise the limit of that server, or lower WORKFLOW_MAX_EXECUTION_TIME and APP_MAX_EXECUTION_TIME',
  },
  ({ variables, timeLimits = [] }) => {
    const runs = Object.entries(EXECUTION_SECONDS).map(([name, usual]) => ({
      name,
      seconds: Number(variables.api?.[name] ?? usual),
    }));
    const longest = runs.reduce((most, run) => (run.seconds > most.seconds ? run : most));
    const expected = `at least ${longest.seconds} s, as ${longest.name} allows`;
    const short = timeLimits.filter(({ value }) => secondsOf(value) < longest.seconds);
    if (short.length === 0) return pass(`an answer may take ${longest.seconds} s`, expected);
    const observed = listed(short.map(({ place, value }) => `${place} waits ${secondsOf(value)} s`));
    return finding('warn', {
      observed,
      expected,
      message: `${observed}, and ${longest.name} allows ${longest.seconds} s: a longer answer without streaming ends with 504`,
    });
  },
);

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a time as nginx, HAProxy and the Gateway API write it. Infinity for 0, and for one that cannot be read. */
function secondsOf(value: string): number {
  const match = /^(\d+)(ms|s|m|h|d)?$/.exec(value.trim());
  const seconds = match === null ? 0 : Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1);
  return seconds === 0 ? Number.POSITIVE_INFINITY : seconds;
}
