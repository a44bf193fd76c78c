import { plannedComponents } from '../../../deployment/components.ts';
import { APP_INSIDE, type InsideAnswers, PRINTED, REFUSED } from '../../../evidence/app/inside/answers.ts';
import type { InsideAnswer } from '../../../evidence/app/inside/requests.ts';
import type { Check, Judgement, Observation } from '../../check.ts';
import { counted, finding, pass, some } from '../../judgement.ts';
import { error, infoInTest, whereFile } from '../../when.ts';
import { judgeInside } from './seen.ts';

/** What one answer must be, and how a wrong one is described. */
interface Rule {
  readonly request: string;
  readonly subject: string;
  readonly expected: string;
  readonly isRight: (answer: InsideAnswer) => boolean;
}

const isRefusedKey = ({ status }: InsideAnswer): boolean => status === 401 || status === 403;
const printed = ({ status, body }: InsideAnswer): boolean =>
  status === 200 && new RegExp(`"stdout"\\s*:\\s*"${PRINTED}\\\\n"`).test(body);

const SANDBOX: readonly Rule[] = [
  { request: 'sandbox.python', subject: 'Python', expected: `stdout ${PRINTED}`, isRight: printed },
  { request: 'sandbox.javascript', subject: 'JavaScript', expected: `stdout ${PRINTED}`, isRight: printed },
  { request: 'sandbox.wrong-key', subject: 'a wrong key', expected: '401', isRight: isRefusedKey },
];

export const appSandbox: Check = {
  id: 'app.sandbox',
  title: 'the sandbox runs code for the api, and only for its key',
  phases: ['postflight'],
  severity: error,
  when: whereFile((deployment) => plannedComponents(deployment).sandbox.enabled),
  requires: [APP_INSIDE],
  remedy: 'compare CODE_EXECUTION_API_KEY of the api with API_KEY of the sandbox, and read the log of the sandbox',
  judge: judgeInside(APP_INSIDE, 'Python and JavaScript run, a wrong key is refused', judgeBy(SANDBOX)),
};

const PLUGIN_DAEMON: readonly Rule[] = [
  {
    request: 'plugin-daemon.health',
    subject: '/health/check',
    expected: '200 with status ok',
    isRight: ({ status, body }) => status === 200 && /"status"\s*:\s*"ok"/.test(body),
  },
  {
    request: 'plugin-daemon.key',
    subject: 'the key of the api',
    expected: '200',
    isRight: ({ status }) => status === 200,
  },
  { request: 'plugin-daemon.wrong-key', subject: 'a wrong key', expected: '401', isRight: isRefusedKey },
];

export const appPluginDaemon: Check = {
  id: 'app.plugin-daemon',
  title: 'the plugin daemon answers the api, and only its key',
  phases: ['postflight'],
  severity: error,
  when: whereFile((deployment) => plannedComponents(deployment).pluginDaemon.enabled),
  requires: [APP_INSIDE],
  remedy: 'compare PLUGIN_DAEMON_KEY of the api with SERVER_KEY of the plugin daemon, and read its log',
  judge: judgeInside(APP_INSIDE, 'healthy, the key accepted, a wrong key refused', judgeBy(PLUGIN_DAEMON)),
};

/** A proxy refuses with 403, for CONNECT as its own status. */
const isRefused = ({ status, connect }: InsideAnswer): boolean => status === 403 || connect === 403;

const SSRF: readonly Rule[] = [
  ...REFUSED.map((address) => ({
    request: `ssrf.${address}`,
    subject: address,
    expected: '403',
    isRight: isRefused,
  })),
  { request: 'ssrf.api-server', subject: 'the Kubernetes API', expected: '403', isRight: isRefused },
];

export const appSsrfProxy: Check = {
  id: 'app.ssrf-proxy',
  title: 'the SSRF proxy refuses addresses inside',
  phases: ['postflight'],
  severity: error,
  when: whereFile((deployment) => plannedComponents(deployment).ssrfProxy.enabled),
  requires: [APP_INSIDE],
  remedy: 'difyctl install restores the rules of squid; remove what replaces them in extraValues',
  judge: judgeInside(APP_INSIDE, '403 from the proxy for every address inside', judgeBy(SSRF)),
};

const REACHED = 'a connection to marketplace.dify.ai';

export const appEgress: Check = {
  id: 'app.egress',
  title: 'the SSRF proxy reaches the internet',
  phases: ['postflight'],
  severity: infoInTest,
  when: whereFile((deployment) => plannedComponents(deployment).ssrfProxy.enabled),
  requires: [APP_INSIDE],
  remedy:
    'allow the pods or containers of the SSRF proxy to reach port 443 outside; accept the finding if it is air-gapped',
  judge: judgeInside(APP_INSIDE, REACHED, (answers) => {
    const answer = answers['ssrf.public'];
    if (answer?.connect === 200) return pass('marketplace.dify.ai is reached', REACHED);
    const observed = `marketplace.dify.ai: ${answer === undefined ? 'no answer' : inWords(answer)}`;
    return finding('warn', { observed, expected: REACHED });
  }),
};

/** Judges the answers that exist by their rules. An answer that the script did not print counts as missing. */
function judgeBy(rules: readonly Rule[]): (answers: InsideAnswers) => Judgement {
  return (answers) => {
    const asked = rules.filter(({ request }) => request !== 'ssrf.api-server' || answers[request] !== undefined);
    const observations = asked.map((rule) => observe(rule, answers[rule.request]));
    const wrong = observations.filter(({ status }) => status === 'fail');
    const expected = some(
      asked.map(({ subject, expected: answer }) => `${subject}: ${answer}`),
      asked.length,
    );
    if (wrong.length === 0)
      return { ...pass(`${counted(asked.length, 'request')} answered as expected`, expected), observations };
    const observed = some(wrong.map((one) => `${one.subject}: ${one.observed}`));
    const needed = some(wrong.map((one) => `${one.subject}: ${one.expected}`));
    return { ...finding('fail', { observed, expected: needed }), observations };
  };
}

function observe({ subject, expected, isRight }: Rule, answer: InsideAnswer | undefined): Observation {
  const status = answer !== undefined && isRight(answer) ? 'pass' : 'fail';
  return { subject, from: 'local', status, observed: answer === undefined ? 'no answer' : inWords(answer), expected };
}

/** Exit codes of curl (curl.se, EXIT CODES) that say why nothing answered. */
const REASONS: Readonly<Record<number, string>> = {
  5: 'the name of the proxy does not resolve',
  6: 'the name does not resolve',
  7: 'the connection is refused',
  28: 'no answer in time',
  52: 'an empty answer',
  56: 'the connection is broken off',
};

function inWords({ status, connect, exitCode }: InsideAnswer): string {
  if (status !== undefined) return String(status);
  if (connect !== undefined) return `${connect} from the proxy`;
  return REASONS[exitCode] ?? `no answer (curl ended with ${exitCode})`;
}
