import { CATALOGUE, isDetectable } from './catalogue.ts';

/** docs/failures.md. */
export function failuresPage(): string {
  const code = (ids: readonly string[]): string => ids.map((id) => `\`${id}\``).join(', ');
  const rows = CATALOGUE.map(({ number, failure, before, after, instead }) => {
    const early = instead === undefined ? code(before) : `– (${instead})`;
    return `| ${number} | ${failure} | ${early} | ${after.length === 0 ? '–' : code(after)} |`;
  });
  const detectable = CATALOGUE.filter(isDetectable).length;
  return [
    '# Failures that users report, and what finds them',
    '',
    `${CATALOGUE.length} ways in which installations of Dify fail. ${detectable} of them can be found before an install, and are: \`npx vitest run --project real`,
    'test/failures/catalogue.test.ts` causes each of them in a healthy deployment on real services, compares the finding and its remedy, and prints the count.',
    'For the others, the table says why they cannot be found before.',
    '',
    '| # | failure | found before by | found afterwards by |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
