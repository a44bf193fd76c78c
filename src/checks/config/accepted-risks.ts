import { nearest } from '../../base/suggest.ts';
import { isOver } from '../acceptance.ts';
import type { Check } from '../check.ts';
import { counted, deploymentOf, finding, pass } from '../judgement.ts';
import { warning, whereFile } from '../when.ts';

/** `knownIds` is called in `judge`, because the list of all checks includes this one. */
export function acceptedRisks(knownIds: () => readonly string[]): Check {
  return {
    id: 'config.accepted-risks',
    title: 'every accepted risk names an existing check and has not expired',
    phases: ['preflight'],
    severity: warning,
    when: whereFile((deployment) => deployment.acceptedRisks.length > 0),
    requires: [],
    remedy: 'correct acceptedRisks; difyctl checks lists the ids',
    judge: (context) => {
      const risks = deploymentOf(context).acceptedRisks;
      const ids = knownIds();
      const faults = risks.flatMap((risk) => {
        if (!ids.includes(risk.check)) {
          const near = nearest(risk.check, ids);
          return [`unknown check ${risk.check}${near === undefined ? '' : `; did you mean ${near}?`}`];
        }
        return isOver(risk, context.now) ? [`${risk.check} was accepted only until ${risk.until}`] : [];
      });
      const expected = 'existing checks, and end dates in the future';
      if (faults.length > 0)
        return finding('warn', { observed: faults.join('\n'), expected, message: faults.join('\n') });
      return pass(`${counted(risks.length, 'risk')} accepted`, expected);
    },
  };
}
