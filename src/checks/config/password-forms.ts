import type { Deployment } from '../../deployment/schema/deployment.ts';
import { isPlainDsnValue } from '../../evidence/secret-traits.ts';
import { SECRETS_FACTS, type SecretFact } from '../../evidence/secrets.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error, withFile } from '../when.ts';
import { isUnread } from './secrets.ts';

/** A secret that one component accepts and another cannot use. */
interface PasswordIncompatibility {
  readonly observed: string;
  readonly why: string;
}

export const passwordForms: Check = {
  id: 'config.password-forms',
  title: 'every component can read every secret',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [SECRETS_FACTS],
  remedy:
    'choose a value of letters, digits, - and _ ; for secrets of this deployment, { generated: true } creates one',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const all = context.evidence(SECRETS_FACTS);
    const facts = all.filter((fact) => fact.unresolved === undefined);
    const expected = 'secrets that every component can read';
    const stumbles = [...pluginLogin(deployment, facts), ...headers(facts), ...mail(facts), ...agentKey(facts)];
    const [first] = stumbles;
    if (first === undefined && all.some(isUnread)) return notReached('config.secrets');
    if (first === undefined) return pass('every component can read every secret', expected);
    return finding('fail', {
      observed: stumbles.map(({ observed }) => observed).join('; '),
      expected,
      message: stumbles.map(({ observed, why }) => `${observed}: ${why}`).join('\n'),
    });
  },
};

/** The plugin daemon (0.6) writes user and password without quotes into its connection string; the api quotes them. */
function pluginLogin({ postgres }: Deployment, facts: readonly SecretFact[]): readonly PasswordIncompatibility[] {
  const { plugin } = postgres.databases;
  const own = typeof plugin === 'object' ? plugin : undefined;
  const path = own?.password === undefined ? 'postgres.password' : 'postgres.databases.plugin.password';
  const username = own?.username ?? (postgres.mode === 'external' ? postgres.username : 'postgres');
  const why =
    'the plugin daemon writes it into its connection string without quotes and cannot log in, although the api can';
  const password = facts.filter((fact) => fact.path === path && fact.traits.includes('not-for-dsn'));
  return [
    ...password.map(() => ({
      observed: `${path} with white space, a backslash or a quote that changes its meaning`,
      why,
    })),
    ...(isPlainDsnValue(username)
      ? []
      : [{ observed: 'a user name of PostgreSQL with white space, a backslash or a quote', why }]),
  ];
}

/**
 * Keys that are sent as HTTP headers: between components, to a vector store or to Resend. Headers hold printable ASCII
 * only.
 */
const IN_HEADERS =
  /^(secrets\.(innerApiKey|pluginDaemonKey|sandboxApiKey|agentApiToken|agentSandboxToken)|vectorStore\..*\bapiKey|mail\.resend\.apiKey)$/;

function headers(facts: readonly SecretFact[]): readonly PasswordIncompatibility[] {
  return facts
    .filter(({ path, traits }) => IN_HEADERS.test(path) && (traits.includes('not-ascii') || traits.includes('lines')))
    .map(({ path }) => ({
      observed: `${path} with characters beyond ASCII, or a line break`,
      why: 'it is sent in an HTTP header, which allows neither',
    }));
}

/** Python's smtplib encodes the login as ASCII. */
function mail(facts: readonly SecretFact[]): readonly PasswordIncompatibility[] {
  return facts
    .filter(({ path, traits }) => path === 'mail.smtp.password' && traits.includes('not-ascii'))
    .map(({ path }) => ({
      observed: `${path} with characters beyond ASCII`,
      why: 'Dify cannot log in to the mail server with it',
    }));
}

function agentKey(facts: readonly SecretFact[]): readonly PasswordIncompatibility[] {
  return facts
    .filter(({ path, traits }) => path === 'secrets.agentServerSecretKey' && !traits.includes('base64url-32'))
    .map(({ path }) => ({
      observed: `${path} is not base64url of 32 bytes without padding`,
      why: 'the agent backend does not start with it; create one with `openssl rand 32 | basenc --base64url | tr -d =`',
    }));
}
