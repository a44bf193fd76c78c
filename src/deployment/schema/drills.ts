import * as z from 'zod';
import { durationSeconds } from '../../base/duration.ts';
import { day, duration, line } from '../../base/fields.ts';

/** The longest time that one workflow may take. */
const LONGEST_SECONDS = 30 * 60;
/** Most inputs of a workflow, and most characters of one: curl reads the request as one line of at most 100 KB. */
const MOST_INPUTS = 20;
const MOST_CHARACTERS = 1_000;

/** The id of an app, as the database and the address of its page have it. */
const appId = z
  .string()
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'the id of an app, which is in the address of its page: /app/ID/workflow',
  );

/** The name of a variable of a workflow's start. */
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'the name of a variable of the workflow');

/** The workflow that a full drill runs. */
const workflow = z.strictObject({
  app: appId,
  inputs: z
    .record(variable, z.union([line.max(MOST_CHARACTERS), z.number(), z.boolean()]))
    .refine((inputs) => Object.keys(inputs).length <= MOST_INPUTS, `at most ${MOST_INPUTS} inputs`)
    .optional(),
  timeout: duration
    .refine((text) => durationSeconds(text) >= 1 && durationSeconds(text) <= LONGEST_SECONDS, 'from 1s to 30m')
    .optional(),
});
export type WorkflowSettings = z.output<typeof workflow>;

/** Restore drills. */
export const drills = z.strictObject({ interval: duration, last: day.optional(), workflow: workflow.optional() });
