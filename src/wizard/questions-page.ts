import type { JsonObject } from '../base/json.ts';
import { TIERS, type Tier } from '../checklist/tiers.ts';
import { withoutPath, withPath } from '../deployment/paths.ts';
import { textOf } from './answer-text.ts';
import { answersOf, isMissing, offerFor } from './answers.ts';
import { flagOf, variableFor } from './flag-names.ts';
import type { Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';

const HEAD = `# Questions

Every question of \`difyctl init\`, from the list that also defines the flags and variables
(\`difyctl init --questions\` prints this page). A secret is always a reference: \`env:NAME\`, \`file:PATH\` or
\`kubernetes:NAME/KEY\`. \`--set path=value\` can replace any answer. The wizard asks a question marked *asked* if it
applies, and one marked *more settings* only on request at the end. Flags, \`--set\` and the review reach the others.
`;

const SECTIONS: readonly (readonly [string, RegExp])[] = [
  ['Basics', /^(target\.type|tier|edition|version|name|policy)$/],
  [
    'On Kubernetes',
    /^target\.(context|namespace|ingress|storageClass|nodeSelector|autoscaling)|^objectStorage\.local\.accessMode/,
  ],
  ['Secrets', /^secrets\./],
  ['On Docker Compose', /^target\.(directory|http|bind|tls)/],
  ['Addresses', /^urls\./],
  ['PostgreSQL', /^postgres\./],
  ['Redis', /^redis\./],
  ['Object storage', /^objectStorage\.(?!local\.accessMode)/],
  ['Vector store', /^vectorStore\./],
  ['Accepted risks', /^acceptedRisks\./],
  ['Mail', /^mail\./],
  ['Size', /^(load|components)\./],
  ['Recovery', /^recovery\./],
  ['Images and logs', /^(images|logging)\./],
];

/** The reference of all questions as Markdown. */
export function questionsPage(): string {
  const contexts = { test: contextsOf('test'), prod: contextsOf('prod') };
  const sections = SECTIONS.map(([title, pattern]) =>
    [`## ${title}`, ...QUESTIONS.filter(({ id }) => pattern.test(id)).map((one) => entry(one, contexts))].join('\n\n'),
  );
  return `${[HEAD.trimEnd(), ...sections].join('\n\n')}\n`;
}

function entry(question: Question, contexts: Readonly<Record<Tier, readonly JsonObject[]>>): string {
  const facts = TIERS.map((tier) => factOf(question, contexts[tier]) ?? 'not asked');
  const [inTest = '', inProd] = facts;
  const fact =
    inTest === inProd
      ? inTest.replace(/^not asked$/, 'optional, only together with the previous answer')
      : TIERS.map((tier, index) => `${tier}: ${facts[index] ?? ''}`).join('; ');
  const choices =
    question.kind === 'select' && question.open === undefined ? choicesOf(question) : KINDS[question.kind];
  return [
    `### \`${question.id}\`${ASKED_WORDS[typeof question.asked === 'string' ? question.asked : 'always']}`,
    [
      `- ${question.title.replace(/\?$/, '')}: ${choices}`,
      `- \`${flagOf(question)}\`, \`${variableFor(question)}\``,
      `- ${fact}`,
    ].join('\n'),
    question.why,
  ].join('\n\n');
}

const ASKED_WORDS = { always: ' (asked)', more: ' (more settings)', rarely: '' } as const;

const KINDS: Readonly<Record<Question['kind'], string>> = {
  select: 'text',
  text: 'text',
  number: 'a number',
  secret: 'a reference to the secret',
  confirm: '`true` or `false`',
  duration: 'a duration such as `15m`, `4h`, `14d`',
  list: 'comma separated',
};

/** The result of an unanswered question in the first context that asks it. Undefined if no context asks it. */
function factOf(question: Question, contexts: readonly JsonObject[]): string | undefined {
  const context = contexts.find((data) => question.when(answersOf(data)));
  if (context === undefined) return undefined;
  const silent = question.fills.reduce((data, path) => withoutPath(data, path.split('.')) as JsonObject, context);
  const answers = answersOf(silent);
  const offer = offerFor(question, answers);
  if (isMissing(question, answers))
    return offer === undefined ? 'needed' : `needed, usually \`${textOf(offer.value)}\``;
  if (offer === undefined || offer.kind === 'suggestion') return 'optional';
  if (offer.kind === 'default') return `default \`${textOf(offer.value)}\``;
  const reason = offer.reason === undefined ? '' : ` (${offer.reason})`;
  return `follows from other answers, such as \`${textOf(offer.value)}\`${reason}`;
}

/** Small files that together ask every question: the tier, a target, and at most two further choices. */
function contextsOf(tier: Tier): readonly JsonObject[] {
  const common = { tier, urls: { console: 'https://dify.example.com' }, recovery: { rto: '4h', rpo: '15m' } };
  const starts = ['kubernetes', 'compose'].map((type) => ({ ...common, target: { type } }));
  const once = starts.flatMap(variations);
  return [...starts, ...once, ...once.flatMap(variations)];
}

function variations(data: JsonObject): readonly JsonObject[] {
  const answers = answersOf(data);
  return QUESTIONS.filter(({ id }) => SWITCHES.has(id))
    .filter(({ when }) => when(answers))
    .flatMap(({ id, choices }) =>
      (choices?.(answers) ?? []).map(({ value }) => withPath(data, id.split('.'), value) as JsonObject),
    );
}

/** Choices on which other questions depend. */
const SWITCHES: ReadonlySet<string> = new Set([
  'postgres.mode',
  'redis.mode',
  'redis.topology',
  'objectStorage.provider',
  'vectorStore.mode',
  'vectorStore.provider',
  'mail.provider',
  'recovery.vectorStore.strategy',
]);

function choicesOf({ choices }: Question): string {
  return (choices?.(answersOf({})) ?? [])
    .filter(({ unavailable }) => unavailable === undefined)
    .map(({ value }) => `\`${value}\``)
    .join(', ');
}
