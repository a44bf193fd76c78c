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
  /** What was found so far; it may wait a moment for what the question would like to suggest, and never longer. */
  readonly look: (question: Question, answers: Answers) => Promise<Suggestions>;
  /** A word about an answer, such as whether an address was reached; undefined where there is nothing to say. */
  readonly remark: (question: Question, answers: Answers) => Promise<string | undefined>;
}

/** An answer that was given, so that Esc can take it back. */
interface Given {
  readonly question: Question;
  readonly saying: Overrides;
}

/**
 * Asks what is open, shows the review, and gives the draft that may be written. `start` holds what was said already: those questions
 * are not asked. A file that exists is not asked through again: only what it misses, then its review. Throws Interrupted where the
 * operator leaves.
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
  /** How many answers were given when more settings were wanted or not; undefined until that was asked. */
  #more: { readonly wanted: boolean; readonly after: number } | undefined;

  constructor(start: WizardState, settings: WizardSettings) {
    this.#start = start;
    this.#settings = settings;
  }

  draft(): WizardState {
    return { ...this.#start, said: [...this.#start.said, ...this.#given.map(({ saying }) => saying)] };
  }

  /** Asks one question after the other until none is open. Esc takes the last answer back. */
  async askOpen(): Promise<void> {
    for (let [question, ...more] = this.#waiting(); question !== undefined; [question, ...more] = this.#waiting()) {
      const reply = await this.#ask(question, this.#progress(more.length + 1));
      if (reply.kind === 'back') this.#goBack();
      else await this.#take(question, reply);
    }
  }

  /** Asks once for a new file whether more settings are wanted. True if questions are open afterwards. */
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

  /** Takes the last answer back, or the wish for more settings if that came later. */
  #goBack(): void {
    if (this.#more?.after === this.#given.length) this.#more = undefined;
    else this.#given = this.#given.slice(0, -1);
  }

  /** True where the file may be written. */
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

  /** Undefined until target and tier tell which questions there are. */
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
      const reason = [`the file says ${textOf(said)}, which followed from the old answers`, stale.reason];
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

  /** What the answer implies that was not implied before; said once, when the numbers of the recovery plan are there. */
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

  /** Questions that are open, in order. */
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

  /** In a file that exists only what a new choice brought along is asked, beside what is missing. */
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

/** What the schema has against an answer, at the paths it fills; what is still missing elsewhere does not count. */
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
