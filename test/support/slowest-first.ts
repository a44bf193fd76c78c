import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Seconds of the slowest files of `real`, from the last lines of a run of .ci/run. Other files are taken as fast. */
const SECONDS = JSON.parse(readFileSync(new URL('./slow-files.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, number>
>;

/**
 * Starts the slowest files first. By default vitest starts the largest ones first; a small slow file then runs alone at
 * the end.
 */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const secondsOf = ({ moduleId }: TestSpecification): number =>
      SECONDS[relative(this.ctx.config.root, moduleId)] ?? 0;
    return sorted.toSorted((a, b) => groupOf(a) - groupOf(b) || secondsOf(b) - secondsOf(a));
  }
}

function groupOf({ project }: TestSpecification): number {
  return project.config.sequence.groupOrder;
}
