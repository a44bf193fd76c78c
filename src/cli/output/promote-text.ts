import { oneLine } from '../../base/printable.ts';
import { wrap } from '../../base/wrap.ts';
import type { PromoteResult, Promotion } from '../../operations/promote/options.ts';
import type { PrimaryAnswer } from '../../operations/promote/primary.ts';
import { type Style, sign } from '../../report/style.ts';
import type { CommandContext } from '../frame/context.ts';
import { installText } from './install-text.ts';
import { resultStyle } from './progress.ts';
import { nextLines, restoredText, restorePlanText } from './restore-text.ts';

const SIGNS: Readonly<Record<PrimaryAnswer['verdict'], 'pass' | 'fail' | 'unknown'>> = {
  gone: 'pass',
  answers: 'fail',
  unknown: 'unknown',
};

const STAGES: Readonly<Record<Promotion['stage'], string>> = {
  empty: 'then: restore the set, verify it, install, postflight',
  restoring: 'then: continue the restore, verify the data, install, postflight',
  restored: 'the data is restored; then: verify it, install, postflight',
  installing: 'the data is restored and verified; then: install, postflight',
  promoted: 'this place was promoted before',
  other: '',
};

/** The plan of a promotion: how the primary answers, what is restored and where, and the steps after that. */
export function promotionText({ primary, seen, stage, restore }: Promotion, style: Style): string {
  const lines = [
    `  primary ${oneLine(primary.name)}`,
    ...seen.flatMap(({ url, verdict, observed }) =>
      wrap(oneLine(`${sign(style, SIGNS[verdict])} ${url} ${observed}`), style.width, 4, 2),
    ),
  ];
  const plan = restore === undefined ? '' : restorePlanText(restore, style);
  return `${lines.join('\n')}\n${plan}  ${STAGES[stage]}\n`;
}

/** The result of a promotion: what was restored and installed, and what a person still does. */
export function promoteText(result: PromoteResult, context: CommandContext): string {
  const { promotion, outcome, restore, install, next } = result;
  const style = resultStyle(context);
  if (outcome === 'dry-run') {
    const isLiving = promotion.seen.some(({ verdict }) => verdict !== 'gone');
    const refused = isLiving ? '  promote would refuse: the primary must not answer\n' : '';
    return `${promotionText(promotion, style)}${refused}  nothing was changed\n`;
  }
  const shown = [
    ...(restore === undefined ? [] : [restoredText({ ...restore, next: [] }, style)]),
    ...(install === undefined ? [] : [installText(install, context)]),
    ...(outcome === 'unchanged' ? ['  this place was promoted before; nothing was changed\n'] : []),
    ...(outcome === 'unproven' ? ['  an invariant does not hold, so Dify was not installed\n'] : []),
  ];
  return `${shown.join('')}${nextLines(next, style).join('\n')}\n`;
}
