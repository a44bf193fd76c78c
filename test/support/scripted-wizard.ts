import { Interrupted } from '../../src/base/errors.ts';
import type { Note, Prompt, Reply, ReviewReply, WizardIo } from '../../src/wizard/io.ts';
import type { Review } from '../../src/wizard/review.ts';
import type { WizardSettings } from '../../src/wizard/run.ts';
import { NO_SUGGESTIONS } from '../../src/wizard/suggestions.ts';

/**
 * A scripted user. The script has texts by question id; `<back>` is Esc and `<none>` leaves the answer out. Questions
 * without a script get Enter. `reviewReplies` are the replies to each review. Records all questions, notes and reviews.
 */
export class ScriptedPrompter implements WizardIo {
  readonly asked: string[] = [];
  readonly prompts: Prompt[] = [];
  readonly said: Note[] = [];
  readonly reviews: Review[] = [];
  /** Titles of the settings that were offered at the end. */
  readonly offered: (readonly string[])[] = [];
  readonly #script: Map<string, string[]>;
  readonly #reviewReplies: (ReviewReply | { readonly edit: string })[];
  #edit: string | undefined;

  constructor(
    script: Readonly<Record<string, string | readonly string[]>>,
    reviewReplies: readonly (ReviewReply | { readonly edit: string })[] = ['write'],
  ) {
    this.#script = new Map(
      Object.entries(script).map(([id, text]) => [id, typeof text === 'string' ? [text] : [...text]]),
    );
    this.#reviewReplies = [...reviewReplies];
  }

  async ask(prompt: Prompt): Promise<Reply> {
    this.asked.push(prompt.question.id);
    this.prompts.push(prompt);
    const text = this.#script.get(prompt.question.id)?.shift();
    if (text === '<back>') return { kind: 'back' };
    if (text === '<none>') return { kind: 'left-out' };
    if (text === undefined) return this.#enter(prompt);
    const fault = prompt.faultOf(text);
    if (fault !== undefined) throw new Error(`${prompt.question.id}: ${fault}`);
    return { kind: 'typed', text };
  }

  /** The script may answer `<more>` like a question. Default: no. */
  async more(titles: readonly string[]): Promise<'yes' | 'no' | 'back'> {
    this.offered.push(titles);
    const text = this.#script.get('<more>')?.shift();
    return text === '<back>' ? 'back' : text === 'yes' ? 'yes' : 'no';
  }

  async review(review: Review): Promise<ReviewReply> {
    this.reviews.push(review);
    const reply = this.#reviewReplies.shift();
    if (reply === undefined) throw new Interrupted();
    if (typeof reply === 'string') return reply;
    this.#edit = reply.edit;
    return 'edit';
  }

  async chooseLine(lines: Parameters<WizardIo['chooseLine']>[0]): ReturnType<WizardIo['chooseLine']> {
    return lines.find(({ question }) => question.id === this.#edit)?.question;
  }

  say(notes: readonly Note[]): void {
    this.said.push(...notes);
  }

  #enter(prompt: Prompt): Reply {
    if (prompt.enter === undefined) {
      if (prompt.optional) return { kind: 'left-out' };
      throw new Error(`${prompt.question.id} needs an answer`);
    }
    return prompt.enter.held ? { kind: 'kept' } : { kind: 'typed', text: prompt.enter.text };
  }
}

/** Settings of a wizard without suggestions and without a network. */
export function scriptedSettings(io: WizardIo): WizardSettings {
  return {
    io,
    places: { cwd: '/work', baseDirectory: '/work' },
    look: async () => NO_SUGGESTIONS,
    remark: async () => undefined,
  };
}
