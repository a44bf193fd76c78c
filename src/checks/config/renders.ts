import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { counted, finding, pass } from '../judgement.ts';
import { error, withFile } from '../when.ts';

export const configRenders: Check = {
  id: 'config.renders',
  title: 'the file can be rendered, and the chart accepts every rendered value',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy: 'difyctl render shows the same error with more detail',
  judge: (context) => {
    const rendered = context.optionalEvidence(RENDERED_OBJECTS);
    const expected = 'a rendered set';
    if (rendered?.outcome === 'ok') return pass(counted(rendered.data?.objects.length ?? 0, 'object'), expected);
    const message = rendered?.missing ?? 'nothing was rendered';
    // Checks of the rendered set are skipped in a run with this one, so an accepted risk would hide all of them.
    const acceptanceLacks = 'a set that other checks can judge';
    return { ...finding('fail', { observed: message, expected, message }), acceptanceLacks };
  },
};
