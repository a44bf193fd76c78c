import type { FilesFact, Invariant } from './facts.ts';
import { broken, examplesOf, holds, judgeRead } from './verdicts.ts';

export const filesInvariant: Invariant = {
  id: 'files',
  expected: 'every row of upload_files and tool_files has its object',
  judge: ({ files }) =>
    judgeRead(files, (tables) => {
      const wrong = tables.filter(({ missing }) => missing > 0);
      if (wrong.length === 0) return holds(tables.map(words).join(', '));
      const found = wrong.map(
        ({ table, missing, compared, examples }) =>
          `${missing} of ${compared} objects of ${table} are missing: ${examplesOf(examples, missing)}`,
      );
      return broken(found.join('; '));
    }),
};

function words({ table, rows, compared }: FilesFact): string {
  return compared < rows ? `${table}: ${compared} of ${rows} rows compared, a sample` : `${table}: ${rows} rows`;
}
