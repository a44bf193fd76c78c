import { oneLine } from '../../base/printable.ts';
import { counted } from '../../base/words.ts';
import { wrap } from '../../base/wrap.ts';
import type { ConfigurationCommit } from '../../operations/working-tree/commit.ts';
import { arrow, type Style, sign } from '../../report/style.ts';

/** What an install committed, or why it did not. Empty if the branch has the files already. */
export function commitLines(made: ConfigurationCommit | undefined, style: Style): readonly string[] {
  if (made === undefined || made.outcome === 'unchanged') return [];
  const { outcome, workingTree, files, commit = '', reason = '', next = '' } = made;
  const count = counted(files.length, 'file');
  switch (outcome) {
    case 'planned':
      return files.length === 0
        ? []
        : [
            ...wrap(oneLine(`${count} to commit in ${workingTree}:`), style.width, 2),
            ...files.map((path) => `    ${oneLine(path)}`),
          ];
    case 'committed':
      return wrap(
        oneLine(`Commit ${commit.slice(0, 7)} in ${workingTree} has this revision (${count}).`),
        style.width,
        2,
      );
    default: {
      const mark = sign(style, outcome === 'failed' ? 'fail' : 'warn');
      const [first = '', ...rest] = wrap(oneLine(`not committed in ${workingTree}: ${reason}`), style.width, 4);
      return [
        `  ${mark} ${first.trimStart()}`,
        ...rest,
        ...(next === '' ? [] : [`     ${arrow(style)} ${oneLine(next)}`]),
      ];
    }
  }
}
