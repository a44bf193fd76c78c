import {
  type Answer,
  type AnswersFact,
  APP_ANSWERS,
  APP_HEALTH,
  INIT,
  PING,
  SETUP,
  SIGN_IN,
} from '../../evidence/app/answers.ts';
import type { EvidenceKey } from '../../evidence/evidence.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { error, withFile } from '../when.ts';
import { answeredBy, answerInWords } from './responder.ts';

/**
 * Returns the `judge` for the answer of one path. Skips with the reason if the pods are simulated; fails if nothing
 * answered.
 */
function judgeAnswer(
  key: EvidenceKey<AnswersFact>,
  path: string,
  expected: string,
  judge: (answer: Answer, context: JudgeContext) => Judgement,
): (context: JudgeContext) => Judgement {
  return (context) => {
    const { simulated, answers, via } = context.evidence(key);
    if (simulated !== undefined) return { status: 'skip', observed: simulated, expected, message: simulated };
    const answer = answers.find((one) => one.path === path);
    if (answer?.status === undefined) {
      return finding('fail', {
        observed: `${path}: no answer through ${via} (${answer?.fault ?? 'not asked'})`,
        expected,
      });
    }
    return judge(answer, context);
  };
}

function field(answer: Answer, name: string): string {
  return new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(answer.body)?.[1] ?? '';
}

export const appHealth: Check = {
  id: 'app.health',
  title: 'the API process answers /health',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_HEALTH],
  remedy: 'read the log of the api: it names the service that the api waits for',
  judge: judgeAnswer(APP_HEALTH, '/health', '200 with status ok', (answer) => {
    const status = field(answer, 'status');
    const observed = `${answer.status}${status === '' ? '' : ` with status ${status}`}`;
    if (answer.status !== 200 || status !== 'ok') return finding('fail', { observed, expected: '200 with status ok' });
    return pass(`${observed}, version ${field(answer, 'version') || 'unknown'}`, '200 with status ok');
  }),
};

const PONG = '200 with pong from the API, of the version in the file';

export const appPing: Check = {
  id: 'app.ping',
  title: 'the API answers through nginx, in the right version',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_ANSWERS],
  remedy: 'check that nginx reaches the api, and that the api image is the one of the file',
  judge: judgeAnswer(APP_ANSWERS, PING, PONG, (answer, context) => {
    const { version } = deploymentOf(context);
    const isPong = answer.status === 200 && field(answer, 'result') === 'pong';
    if (!isPong) return finding('fail', { observed: `${PING}: ${answerInWords(answer)}`, expected: PONG });
    if (answer.version !== version) {
      return finding('fail', {
        observed: `the API reports version ${answer.version || 'none'}`,
        expected: `Dify ${version}`,
      });
    }
    return pass(`pong from Dify ${version}`, PONG);
  }),
};

const SET_UP = '200 with a step: the tables exist';

/** What `app.setup` observes after the setup, when no stranger can become the first administrator any more. */
export const FIRST_ADMINISTRATOR_IS_SET = 'the first administrator exists';

export const appSetup: Check = {
  id: 'app.setup',
  title: 'the database is set up, and the first administrator exists',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_ANSWERS],
  remedy: 'read the log of the migration: "Database migration successful!" must be in it',
  judge: judgeAnswer(APP_ANSWERS, SETUP, SET_UP, (answer, context) => {
    const { tier, urls } = deploymentOf(context);
    const step = field(answer, 'step');
    if (answer.status !== 200 || step === '') {
      return finding('fail', { observed: `${SETUP}: ${answerInWords(answer)}`, expected: SET_UP });
    }
    if (step === 'finished') return pass(FIRST_ADMINISTRATOR_IS_SET, SET_UP);
    const init = context.evidence(APP_ANSWERS).answers.find(({ path }) => path === INIT);
    if (init?.status === 200 && field(init, 'status') === 'not_started') {
      return pass('no administrator yet; the setup page asks for INIT_PASSWORD', SET_UP);
    }
    const observed = 'no administrator yet: the first person who opens the page becomes administrator';
    const remedy = `create it now: ${urls.console}/install`;
    if (tier === 'prod') return finding('warn', { observed, expected: 'a first administrator', remedy });
    return { ...pass(observed, SET_UP), remedy };
  }),
};

const PAGE = '200 text/html from the web front end';

export const appWeb: Check = {
  id: 'app.web',
  title: 'the web page is served',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_ANSWERS],
  remedy: 'read the log of web, and check SERVER_CONSOLE_API_URL in its environment',
  judge: judgeAnswer(APP_ANSWERS, SIGN_IN, PAGE, (answer) => {
    if (answer.status === 200 && answeredBy(answer) === 'web') return pass(`${SIGN_IN} is served`, PAGE);
    return finding('fail', { observed: `${SIGN_IN}: ${answerInWords(answer)}`, expected: PAGE });
  }),
};
