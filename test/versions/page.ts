import { COMPONENTS } from '../../src/checklist/components.ts';
import { DIFY_PROFILES } from '../../src/versions/dify-profile.ts';
import { chartProfile, renderedCharts } from '../../src/versions/known-charts.ts';
import { RELEASE_NOTES } from '../../src/versions/known-releases.ts';
import { routesOf } from '../../src/versions/routes.ts';
import { UPGRADE_STEPS } from '../../src/versions/upgrade-path.ts';

/** docs/dify-versions.md: what src/versions knows, as tables. */
export function versionsPage(): string {
  return [
    '# Versions of Dify and of the chart',
    '',
    'Made from `src/versions` by `UPDATE_GOLDEN=1 npx vitest run --project unit test/versions`.',
    '',
    '## Charts of the community repository',
    '',
    ...table(['chart', 'Dify', 'known from', 'keys that it has elsewhere', 'notes'], renderedCharts().map(chartRow)),
    '',
    'Without `target.chart`, the chart is the first one listed for the release. A chart that is not in the table is rendered in the newest layout, and its own values decide',
    'which keys it takes: one that it does not take is refused by name.',
    '',
    '## Releases of Dify',
    '',
    ...table(
      ['Dify', 'charts', 'Compose', 'plugin daemon', 'sandbox', 'without', 'routes'],
      DIFY_PROFILES.map(releaseRow),
    ),
    '',
    '## Known from their release notes',
    '',
    'These releases are refused by name.',
    '',
    ...RELEASE_NOTES.flatMap(({ line, changes, sources }) => [
      `- ${line}: ${changes.join('; ')}. Sources: ${sources.join('; ')}.`,
    ]),
    '',
    '## Upgrade path',
    '',
    ...table(
      ['to or past', 'kind', 'what', 'commands', 'in a backup from there on', 'source'],
      UPGRADE_STEPS.map(stepRow),
    ),
    '',
    '## The real charts',
    '',
    'The repository holds no file of the chart. To test against the charts themselves, put each version into a folder of its own, remove `dependencies` from its Chart.yaml and',
    'delete Chart.lock, then run:',
    '',
    '```sh',
    'DIFYCTL_TEST_CHARTS=FOLDER npx vitest run --project real test/e2e/render/real-charts.test.ts',
    '```',
    '',
    'For each chart the test renders every object store and every vector store on standalone Redis and on Sentinel. It compares the environment of every container with the',
    'table of `src/render/dify-env`, looks for published defaults and for secrets in the output, compares the routes of nginx, and has an API server accept every object.',
    '',
  ].join('\n');
}

function chartRow(version: string): readonly string[] {
  const { dify, knownFrom, moves, notes } = chartProfile('dify', version);
  const moved = moves.map(({ from, to }) => `\`${from}\` → ${to === undefined ? 'none' : `\`${to}\``}`);
  return [version, dify, knownFrom, moved.join('<br>'), notes.join('<br>')];
}

function releaseRow({ version, charts, compose, images, without }: (typeof DIFY_PROFILES)[number]): readonly string[] {
  const missing = COMPONENTS.filter((name) => without.includes(name));
  return [
    version,
    charts.join(', '),
    compose ? 'yes' : 'no',
    images.pluginDaemon,
    images.sandbox,
    missing.join(', '),
    routesOf(version).join(' '),
  ];
}

function stepRow({ version, kind, text, commands, backup, source }: (typeof UPGRADE_STEPS)[number]): readonly string[] {
  const lines = commands.map(({ command, succeeds, fails, idempotent }) =>
    [
      `\`${command}\``,
      ...(succeeds === undefined ? [] : [`success: \`${succeeds}\``]),
      ...(fails === undefined ? [] : [`failure otherwise: \`${fails}\``]),
      idempotent ? 'can be repeated' : 'once',
    ].join(', '),
  );
  return [version, kind, text, lines.join('<br>'), backup.join(', '), source];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
