import { headingAnchor } from '../base/heading-anchor.ts';
import { DIFYCTL_VERSION } from '../base/version.ts';
import { fillTemplates } from '../render/template.ts';
import { certificateValues } from './certificates.ts';
import { factValues } from './facts.ts';
import { fileValues } from './files.ts';
import type { RunbookInput } from './input.ts';
import { lossValues } from './losses.ts';
import { peopleValues } from './people.ts';
import { postgresValues } from './postgres.ts';
import { redisValues } from './redis.ts';
import { repositoryValues } from './repository.ts';
import { secretValues } from './secrets.ts';
import { standbyValues } from './standby.ts';
import { targetValues } from './target.ts';
import { timeValues } from './times.ts';
import { vectorValues } from './vectors.ts';

/** The chapters in their order: what happened, then what several of them need. */
const CHAPTERS = [
  'runbook/start.md',
  'runbook/pod-lost.md',
  'runbook/node-lost.md',
  'runbook/zone-lost.md',
  'runbook/region-lost.md',
  'runbook/standby-region.md',
  'runbook/data-corruption.md',
  'runbook/deleted-bucket.md',
  'runbook/deleted-database.md',
  'runbook/lost-secret.md',
  'runbook/ransomware.md',
  'runbook/bad-upgrade.md',
  'runbook/expired-certificate.md',
  'runbook/stop-and-start.md',
  'runbook/restore-set.md',
  'runbook/restore-postgres.md',
  'runbook/restore-files.md',
  'runbook/restore-vectors.md',
] as const;

/** Returns the runbook of a deployment in Markdown. It has the names of the deployment and no secret. */
export function runbookText(input: RunbookInput): string {
  const filled = fillTemplates(CHAPTERS, {
    difyctl: DIFYCTL_VERSION,
    ...targetValues(input),
    ...factValues(input),
    ...peopleValues(input),
    ...timeValues(input),
    ...lossValues(input),
    ...standbyValues(input),
    ...secretValues(input),
    ...repositoryValues(input),
    ...postgresValues(input),
    ...redisValues(input),
    ...fileValues(input),
    ...vectorValues(input),
    ...certificateValues(input),
  });
  return `${filled.replaceAll(/\n{3,}/g, '\n\n').trimEnd()}\n`;
}

/** A chapter of a runbook. */
interface Chapter {
  /** The anchor of its heading: `deleted-bucket`. */
  readonly id: string;
  readonly title: string;
  /** In Markdown, without its heading. */
  readonly text: string;
}

/** Returns the chapters of a runbook. */
export function runbookChapters(text: string): readonly Chapter[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n');
      return { id: headingAnchor(title), title, text: lines.join('\n').trim() };
    });
}
