import type { RecordedInstall } from './record.ts';
import type { Variables } from './variables.ts';

/** The recorded project, the values of its variables, and the engine's record of it. */
export interface RecordedProject extends Pick<RecordedInstall, 'images' | 'digests' | 'compose'> {
  readonly name: string;
  readonly services: Readonly<Record<string, unknown>>;
  readonly variables: Pick<Variables, 'known' | 'isRecorded'>;
  /** The environment of each image by its id: containers inherit it. */
  readonly imageEnvironments: ReadonlyMap<string, Readonly<Record<string, string>>>;
}
