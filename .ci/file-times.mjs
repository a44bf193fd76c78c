// A reporter of vitest: how long each test file took, with its hooks, which the JSON report leaves out. Writes DIFYCTL_FILE_TIMES at the end.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class FileTimes {
  #files = [];

  onTestModuleEnd(module) {
    const { collectDuration, setupDuration, duration } = module.diagnostic();
    const seconds = (collectDuration + setupDuration + duration) / 1_000;
    const tests = [...module.children.allTests()].length;
    this.#files.push({ project: module.project.name, file: relative(process.cwd(), module.moduleId), tests, seconds });
  }

  onTestRunEnd() {
    const path = process.env.DIFYCTL_FILE_TIMES;
    if (path) writeFileSync(path, JSON.stringify(this.#files));
  }
}
