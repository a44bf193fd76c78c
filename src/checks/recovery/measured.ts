import { span } from '../../base/duration.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { isFresh } from '../../recovery/durations.ts';
import { MEASUREMENT_VALID_SECONDS } from '../../recovery/figures.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { aside } from './aside.ts';
import { declared } from './declared.ts';
import { dayOf, drillEvidence, measuredDrill } from './drilled.ts';

/** The deployment without a measurement that is no longer valid. */
export function currentPlan(deployment: Deployment, now: Date): Deployment {
  const { recovery } = deployment;
  if (recovery?.measured === undefined || isFresh(recovery.measured.at, now, MEASUREMENT_VALID_SECONDS))
    return deployment;
  const { measured: _, ...rest } = recovery;
  return { ...deployment, recovery: rest };
}

export const recoveryMeasured: Check = {
  id: 'recovery.measured',
  title: 'the measured figures are not older than a year',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery?.measured !== undefined),
  requires: [],
  optional: drillEvidence,
  remedy: 'difyctl drill',
  judge: (context) => {
    const drill = measuredDrill(context);
    if (drill !== undefined) return aside(`the drill of ${dayOf(drill)} measured the restore: see recovery.rto`);
    const at = deploymentOf(context).recovery?.measured?.at ?? '';
    const expected = `measured within ${span(MEASUREMENT_VALID_SECONDS)}`;
    if (isFresh(at, context.now, MEASUREMENT_VALID_SECONDS))
      return declared(`the figures of ${at}`, 'restore beside the installation, and keep the record with its times');
    const isToCome = Date.parse(at) > context.now.getTime();
    return finding('warn', {
      observed: isToCome ? `measured on ${at}, which is in the future` : `measured on ${at}, too long ago`,
      expected,
      message: isToCome
        ? `the measurement is dated ${at}, which is in the future: difyctl uses published figures until then`
        : `the measurement of ${at} is older than ${span(MEASUREMENT_VALID_SECONDS)}: difyctl uses published figures again`,
    });
  },
};
