import { isOlder } from '../../base/version-order.ts';
import type { Invariant } from './facts.ts';
import { broken, holds, judgeRead } from './verdicts.ts';

/** Alembic cannot migrate down: an older image cannot use a newer schema. */
export const schemaInvariant: Invariant = {
  id: 'schema',
  expected: 'the schema has the one revision that the set recorded, and the image is not older than the schema',
  judge: ({ schemaHeads }, { schemaHead, versions }) =>
    judgeRead(schemaHeads, (heads) => {
      if (heads.length !== 1) return broken(`alembic_version has ${heads.length} rows`);
      const [head = ''] = heads;
      if (schemaHead !== undefined && head !== schemaHead)
        return broken(`revision ${head}, but the set recorded ${schemaHead}`);
      if (isOlder(versions.image, versions.set))
        return broken(`revision ${head} of Dify ${versions.set}, newer than the image ${versions.image}`);
      return holds(`revision ${head} of Dify ${versions.set}, image ${versions.image}`);
    }),
};
