import { type Collector, evidenceKey } from '../../evidence.ts';
import { type Answered, type Inside, runInEach } from './exec.ts';

/** Revisions of the database schema, as Alembic names them. */
export interface SchemaFact {
  /** Revisions in the database, one for each row. Empty if no migration ran. */
  readonly current: readonly string[];
  /** The newest revisions that the image contains. */
  readonly heads: readonly string[];
}
/** What each running process of the api says. */
export const APP_SCHEMA = evidenceKey<Inside<readonly Answered<SchemaFact>[]>>('app.schema', 2);

const DIVIDER = 'difyctl-heads';

export const appSchemaCollector: Collector<Inside<readonly Answered<SchemaFact>[]>> = {
  key: APP_SCHEMA,
  timeoutMs: 240_000,
  collect: (context, need) =>
    runInEach(
      context,
      need,
      { component: 'api', command: ['sh', '-c', `flask db current && echo ${DIVIDER} && flask db heads`] },
      parseSchema,
    ),
};

/** A line of `flask db current` or `flask db heads`: `1c9ba48be8e4 (head)`. Lines of Dify's log are left out. */
const REVISION = /^([0-9a-z_]{6,40})(?: \([a-z ,]+\))*$/;

/** Parses the output of `flask db current`, the divider, and `flask db heads`. */
export function parseSchema(output: string): SchemaFact {
  const [current = '', heads = ''] = output.split(`${DIVIDER}\n`);
  return { current: revisions(current), heads: revisions(heads) };
}

function revisions(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => REVISION.exec(line.trim())?.[1] ?? []);
}
