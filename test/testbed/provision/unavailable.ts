/** This machine cannot provide the testbed or a part of it. `next` says what would change that. */
export class Unavailable extends Error {
  readonly next: readonly string[];

  constructor(message: string, next: readonly string[] = [], cause?: unknown) {
    super([message, ...next].join('\n  '), cause === undefined ? {} : { cause });
    this.name = 'Unavailable';
    this.next = next;
  }
}
