import { NAMES_SETTINGS, type NamesSettings } from '../../evidence/names/settings.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { notReached } from '../services/probed.ts';
import { withFile } from '../when.ts';

/** A check of the rendered settings. Skipped if nothing could be rendered, which config.renders reports. */
export function settingsCheck(
  check: Pick<Check, 'id' | 'title' | 'severity' | 'remedy'>,
  judge: (settings: NamesSettings, context: JudgeContext) => Judgement,
): Check {
  return {
    ...check,
    phases: ['preflight'],
    when: withFile,
    requires: [],
    optional: [NAMES_SETTINGS, RENDERED_OBJECTS],
    judge: (context) => {
      const settings = context.optionalEvidence(NAMES_SETTINGS)?.data;
      return settings === undefined ? notReached('config.renders') : judge(settings, context);
    },
  };
}
