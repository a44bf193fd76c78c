import type { JsonObject } from '../base/json.ts';
import { validateDeployment } from '../deployment/load.ts';
import { formatPath } from '../deployment/paths.ts';
import { noAnswer, type PathBases, readAnswer, textOf } from './answer-text.ts';
import { answersOf, currentAnswer, isMissing, isRequired, offerFor } from './answers.ts';
import { completed, type Implied, impliedBy, outdated } from './complete.ts';
import type { EnterValue, Note, Progress, Prompt, Reply, WizardIo } from './io.ts';
import { impliedNotes } from './notes.ts';
import type { Answers, Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';
import { currentText, reviewOf } from './review.ts';
import { dataOf, isNewFile, type Overrides, type WizardState } from './state.ts';
import type { Suggestions } from './suggestions.ts';

export interface WizardSettings {
  readonly io: WizardIo;
  readonly places: PathBases;
  /** Returns the suggestions found so far. May wait for those of the question, for a limited time. */
  readonly look: (question: Question, answers: Answers) => Promise<Suggestions>;
  /** Returns a remark about an answer, such as whether its address was reached. Undefined if there is none. */
  readonly remark: (question: Question, answers: Answers) => Promise<string | undefined>;
}

/** An answer of this run; Esc can undo it. */
interface Given {
  readonly question: Question;
  readonly saying: Overrides;
}

/**
 * Asks the open questions, shows the review, and returns the state to write. Questions that `start` already answers are
 * not asked. For an existing file, only missing answers are asked before the review. Throws Interrupted if the operator
 * leaves.
 */
export async function runWizard(start: WizardState, settings: WizardSettings): Promise<WizardState> {
  const wizard = new Wizard(start, settings);
  for (;;) {
    await wizard.askOpen();
    if (await wizard.offersMore()) continue;
    if (await wizard.reviewed()) return wizard.draft();
  }
}

class Wizard {
  readonly #start: WizardState;
  readonly #settings: WizardSettings;
  readonly #typed = new Map<string, string>();
  #given: readonly Given[] = [];
  /** Whether more settings are wanted, and the number of answers when that was decided. Undefined until then. */
  #more: { readonly wanted: boolean; readonly after: number } | undefined;

  constructor(start: WizardState, settings: WizardSettings) {
    this.#start = start;
    this.#settings = settings;
  }

  draft(): WizardState {
    return { ...this.#start, said: [...this.#start.said, ...this.#given.map(({ saying }) => saying)] };
  }

  /** Asks questions until none is open. Esc undoes the last answer. */
  async askOpen(): Promise<void> {
    for (let [question, ...more] = this.#waiting(); question !== undefined; [question, ...more] = this.#waiting()) {
      const reply = await this.#ask(question, this.#progress(more.length + 1));
      if (reply.kind === 'back') this.#goBack();
      else await this.#take(question, reply);
    }
  }

  /**
   * For a new file, asks once whether more settings are wanted. Returns true if the wizard must look for open questions
   * again.
   */
  async offersMore(): Promise<boolean> {
    const answers = this.#answers();
    const more = QUESTIONS.filter(
      (question) =>
        question.asked === 'more' && question.when(answers) && currentAnswer(question, answers) === undefined,
    );
    if (this.#more !== undefined || !isNewFile(this.#start.base) || more.length === 0) return false;
    const reply = await this.#settings.io.more(more.map(({ title }) => title));
    if (reply === 'back') this.#goBack();
    else this.#more = { wanted: reply === 'yes', after: this.#given.length };
    return reply !== 'no';
  }

  /** Undoes the last answer, or the decision on more settings if that came later. */
  #goBack(): void {
    if (this.#more?.after === this.#given.length) this.#more = undefined;
    else this.#given = this.#given.slice(0, -1);
  }

  /** Returns true if the file may be written. */
  async reviewed(): Promise<boolean> {
    const review = reviewOf(this.draft());
    const reply = await this.#settings.io.review(review);
    if (reply === 'write') return review.open.length === 0;
    if (reply === 'back') this.#goBack();
    else await this.#editLine();
    return false;
  }

  async #editLine(): Promise<void> {
    const answers = this.#answers();
    const lines = QUESTIONS.filter((question) => question.when(answers)).map((question) => ({
      question,
      text: currentText(question, answers),
    }));
    const question = await this.#settings.io.chooseLine(lines);
    if (question === undefined) return;
    const reply = await this.#ask(question);
    if (reply.kind !== 'back') await this.#take(question, reply);
  }

  /** Undefined until target and tier are known, because the other questions depend on them. */
  #progress(waiting: number): Progress | undefined {
    const { explicit } = this.#answers();
    if (explicit('target.type') === undefined || explicit('tier') === undefined) return undefined;
    return { number: this.#given.length + 1, total: this.#given.length + waiting };
  }

  async #ask(question: Question, progress?: Progress): Promise<Reply> {
    const found = await this.#settings.look(question, this.#answers());
    const data = dataOf(this.draft());
    const answers = answersOf(data, found);
    const prompt = this.#prompt(question, answers);
    return this.#settings.io.ask(progress === undefined ? prompt : { ...prompt, progress });
  }

  #prompt(question: Question, answers: Answers): Prompt {
    const { places } = this.#settings;
    return {
      question,
      choices: choicesOf(question, answers),
      enter: this.#enterValue(question, answers),
      optional: !isRequired(question, answers),
      leftOut: question.leftOut?.(answers),
      faultOf: (text) => {
        const read = readAnswer(question, text, answers, places);
        return 'fault' in read ? read.fault : faultWith(question, this.draft(), read.overrides);
      },
    };
  }

  #enterValue(question: Question, answers: Answers): EnterValue | undefined {
    const said = currentAnswer(question, answers);
    const stale = this.#stale().find((implied) => implied.question === question)?.offer;
    if (said !== undefined && stale !== undefined) {
      const reason = [`the file says ${textOf(said)}, which the old answers implied`, stale.reason];
      return { text: textOf(stale.value), held: false, reason: reason.filter((part) => part !== undefined).join('; ') };
    }
    if (said !== undefined) return { text: textOf(said), held: true };
    const typed = this.#typed.get(question.id);
    const offer = offerFor(question, answers);
    if (typed !== undefined && offer?.kind !== 'derived') return { text: typed, held: false };
    if (offer === undefined) return undefined;
    const wasThere = !isNewFile(this.#start.base) && question.when(answersOf(this.#start.base));
    if (offer.silent !== undefined && wasThere) return { text: textOf(offer.silent), held: true };
    const enter = { text: textOf(offer.value), held: offer.kind !== 'suggestion' };
    return offer.reason === undefined ? enter : { ...enter, reason: offer.reason };
  }

  async #take(question: Question, reply: Exclude<Reply, { kind: 'back' }>): Promise<void> {
    const before = dataOf(this.draft());
    this.#given = [...this.#given, { question, saying: this.#sayingOf(question, reply) }];
    if (reply.kind === 'typed') this.#typed.set(question.id, reply.text);
    const remark = await this.#settings.remark(question, this.#answers());
    const notes = [...(remark === undefined ? [] : [remark]), ...this.#consequences(question, before)];
    if (notes.length > 0) this.#settings.io.say(notes);
  }

  /** The values that the answer newly implies; only for the RTO and RPO of the recovery plan. */
  #consequences(question: Question, before: JsonObject): readonly Note[] {
    if (question.id !== 'recovery.rpo' && question.id !== 'recovery.rto') return [];
    const data = dataOf(this.draft());
    return impliedNotes(impliedBy(before, data), answersOf(data));
  }

  #sayingOf(question: Question, reply: Exclude<Reply, { kind: 'back' }>): Overrides {
    const answers = this.#answers();
    if (reply.kind === 'kept') return [];
    if (reply.kind === 'left-out') {
      return currentAnswer(question, answers) === undefined ? [] : noAnswer(question, 'init');
    }
    const read = readAnswer(question, reply.text, answers, this.#settings.places);
    return 'overrides' in read ? read.overrides : [];
  }

  /** Open questions, in order. */
  #waiting(): readonly Question[] {
    const data = dataOf(this.draft());
    const answers = answersOf(data);
    const asked = new Set(this.#given.map(({ question }) => question.id));
    const stale = new Set(this.#stale().map(({ question }) => question.id));
    return QUESTIONS.filter((question) => {
      if (!question.when(answers)) return false;
      if (isMissing(question, answers)) return true;
      return !asked.has(question.id) && (this.#isOpen(question, answers) || stale.has(question.id));
    });
  }

  /** Fields of the file that followed from answers which have changed. */
  #stale(): readonly Implied[] {
    return outdated(this.#start.base, dataOf(this.draft()));
  }

  /**
   * True if the question is not answered yet and must be asked. For an existing file: only if a new choice made it
   * apply.
   */
  #isOpen(question: Question, answers: Answers): boolean {
    if (currentAnswer(question, answers) !== undefined) return false;
    const wasThere = !isNewFile(this.#start.base) && question.when(answersOf(this.#start.base));
    if (question.asked === 'more') return this.#more?.wanted === true;
    return !wasThere && isAsked(question, answers);
  }

  #answers(): Answers {
    return answersOf(dataOf(this.draft()));
  }
}

function isAsked({ asked }: Question, answers: Answers): boolean {
  return typeof asked === 'function' ? asked(answers) : asked === 'always';
}

function choicesOf(question: Question, answers: Answers): Prompt['choices'] {
  if (question.kind !== 'confirm') return question.choices?.(answers) ?? [];
  return [
    { value: 'true', title: 'yes' },
    { value: 'false', title: 'no' },
  ];
}

/** The schema's message about an answer at the paths that it fills. Problems at other paths are ignored. */
function faultWith(question: Question, draft: WizardState, saying: Overrides): string | undefined {
  const next = { ...draft, said: [...draft.said, saying] };
  const judged = validateDeployment(completed(draft.base, dataOf(next)));
  if ('deployment' in judged) return undefined;
  const paths = new Set(question.fills);
  return judged.problems.find(({ path }) => isAt(formatPath(path), paths))?.message;
}

function isAt(path: string, fills: ReadonlySet<string>): boolean {
  return [...fills].some((fill) => path === fill || path.startsWith(`${fill}.`) || path.startsWith(`${fill}[`));
}
