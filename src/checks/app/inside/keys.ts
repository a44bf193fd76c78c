import { APP_KEYS, type KeyFact } from '../../../evidence/app/inside/keys.ts';
import type { Check, Observation } from '../../check.ts';
import { counted, finding, listed, pass, some } from '../../judgement.ts';
import { error, withFile } from '../../when.ts';

const EXPECTED = 'one value in every process that shares a key';

/** Checks the keys that processes share, as the running processes have them. */
export const appKeys: Check = {
  id: 'app.keys',
  title: 'processes that share a key have the same value',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_KEYS],
  remedy: 'difyctl install renders one value for all; then restart the process that has another one',
  judge: ({ evidence }) => {
    const shared = evidence(APP_KEYS).filter((sides) => sides.length > 1);
    if (shared.length === 0) {
      const reason = 'no two processes that share a key could be asked';
      return { status: 'skip', observed: reason, expected: EXPECTED, message: reason };
    }
    const observations = shared.map(observe);
    const wrong = observations.filter(({ status }) => status === 'fail');
    if (wrong.length === 0) return { ...pass(`${counted(shared.length, 'key')} shared`, EXPECTED), observations };
    const observed = some(wrong.map((one) => one.observed));
    return { ...finding('fail', { observed, expected: EXPECTED }), observations };
  },
};

function observe(sides: readonly KeyFact[]): Observation {
  const subject = sides[0]?.variable ?? '';
  const frame = { subject, from: 'local', expected: 'the same value' } as const;
  const unset = sides.filter(({ value }) => value === undefined);
  if (unset.length > 0 && unset.length < sides.length) {
    return { ...frame, status: 'fail', observed: `${inWords(unset, sides)}: not set` };
  }
  // The value of the first side, which is the api or the agent backend, is the reference.
  const [first] = sides;
  const other = sides.filter(({ value }) => value !== first?.value);
  if (first === undefined || other.length === 0)
    return { ...frame, status: 'pass', observed: `the same in ${counted(sides.length, 'process', 'processes')}` };
  const reference = `${first.variable} of ${first.component}`;
  return { ...frame, status: 'fail', observed: `${inWords(other, sides)}: not the value of ${reference}` };
}

/** The variables of these processes; a process is named if others of its component differ from it. */
function inWords(some: readonly KeyFact[], all: readonly KeyFact[]): string {
  const words = some.map(({ component, variable, host }) => {
    const isOf = (one: KeyFact) => one.component === component && one.variable === variable;
    const whole = some.filter(isOf).length === all.filter(isOf).length;
    return `${variable} of ${component}${whole ? '' : ` in ${host}`}`;
  });
  return listed([...new Set(words)]);
}
