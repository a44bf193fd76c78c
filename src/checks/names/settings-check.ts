import { NAMES_SETTINGS, type NamesSettings } from '../../evidence/names/settings.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { withFile } from '../when.ts';

/** A check of the rendered settings. */
export function settingsCheck(
  check: Pick<Check, 'id' | 'title' | 'severity' | 'remedy'>,
  judge: (settings: NamesSettings, context: JudgeContext) => Judgement,
): Check {
  return {
    ...check,
    phases: ['preflight'],
    when: withFile,
    requires: [NAMES_SETTINGS],
    optional: [RENDERED_OBJECTS],
    judge: (context) => judge(context.evidence(NAMES_SETTINGS), context),
  };
}
