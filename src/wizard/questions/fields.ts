import { type Answers, byDefault, type Question, referenceTo, whenever } from '../question.ts';

/** The properties that the questions of data services and providers share. */
type Fields = Pick<Question, 'title' | 'why'> & Partial<Pick<Question, 'asked' | 'required'>>;
type When = (answers: Answers) => boolean;

/** A required text. */
export function requiredText(path: string, when: When, fields: Fields): Question {
  return { id: path, fills: [path], kind: 'text', asked: 'always', when, required: true, ...fields };
}

/** An optional text. */
export function optionalText(path: string, when: When, fields: Fields): Question {
  return { id: path, fills: [path], kind: 'text', asked: 'rarely', when, required: false, ...fields };
}

/** A text or number with a default that is rarely changed. */
export function defaultedField(path: string, when: When, value: string | number, fields: Fields): Question {
  const kind = typeof value === 'number' ? 'number' : 'text';
  return { id: path, fills: [path], kind, asked: 'rarely', when, required: true, offer: byDefault(value), ...fields };
}

/** A reference to a secret. `variable`: the suggested environment variable. */
export function secretReference(path: string, when: When, variable: string | undefined, fields: Fields): Question {
  const question: Question = {
    id: path,
    fills: [path],
    kind: 'secret',
    asked: 'always',
    when,
    required: true,
    ...fields,
  };
  return variable === undefined ? question : { ...question, offer: referenceTo(variable, question.required === true) };
}

/** A user and a password, both or neither. */
export function userAndPassword(prefix: string, when: When, variable: string, fields: Fields): readonly Question[] {
  const isSaid =
    (key: string): When =>
    ({ explicit }) =>
      explicit(`${prefix}.${key}`) !== undefined;
  return [
    optionalText(`${prefix}.username`, when, { ...fields, asked: 'always', required: isSaid('password') }),
    secretReference(`${prefix}.password`, when, variable, {
      title: 'Password of the vector store',
      why: 'The file contains a reference, never the password.',
      asked: isSaid('username'),
      required: isSaid('username'),
    }),
  ];
}

/** The provider of a managed service. */
export function managedBy(service: string, when: When, asked: Question['asked']): Question {
  return {
    id: `${service}.managed.by`,
    fills: [`${service}.managed.by`],
    title: 'Managed service, e.g. aws-rds (leave empty if self-hosted)',
    why: 'aws-rds, aws-elasticache, azure-flexible-server, gcp-cloud-sql or aliyun-rds. difyctl cannot inspect a managed service. What you declare here is reported as "declared, not seen".',
    kind: 'text',
    asked,
    when,
    required: false,
  };
}

/** What a managed service guarantees. */
export function managedPromises(service: string): readonly Question[] {
  const isManaged = ({ explicit }: Answers): boolean => explicit(`${service}.managed.by`) !== undefined;
  const promise = (key: string, title: string, why: string): Question => ({
    id: `${service}.managed.${key}`,
    fills: [`${service}.managed.${key}`],
    title,
    why,
    kind: 'confirm',
    asked: 'always',
    when: isManaged,
    required: false,
  });
  return [
    promise(
      'ha',
      'Does the service fail over by itself?',
      'Declared, because difyctl cannot observe it: a standby in another zone.',
    ),
    promise(
      'backups',
      'Is the service backed up?',
      'Declared, because difyctl cannot observe it: automatic backups with a retention.',
    ),
  ];
}

const SERVICE_NAMES: Readonly<Record<string, string>> = { postgres: 'PostgreSQL', redis: 'Redis' };

/** TLS of a data service. */
export function tlsQuestions(service: string, when: When): readonly Question[] {
  return [
    {
      id: `${service}.tls.mode`,
      fills: [`${service}.tls.mode`],
      title: `TLS for ${SERVICE_NAMES[service] ?? service}`,
      why: 'verify-full checks the chain and the host name. require only encrypts. disable is for private networks only.',
      kind: 'select',
      choices: () => [
        { value: 'verify-full', title: 'verify-full', description: 'encrypted, certificate and name checked' },
        { value: 'require', title: 'require', description: 'encrypted, nothing checked' },
        { value: 'disable', title: 'disable', description: 'plain text' },
      ],
      asked: whenever({ tier: 'prod' }),
      when,
      required: true,
      offer: ({ explicit, value }) => {
        const verified = { kind: 'derived', value: 'verify-full' } as const;
        if (explicit(`${service}.tls.caFile`) !== undefined) {
          return { ...verified, reason: 'a CA file is set' };
        }
        if (value('tier') !== 'prod') return { kind: 'default', value: 'disable' };
        return { ...verified, reason: 'prod verifies the server before it sends a password', silent: 'disable' };
      },
    },
    optionalText(`${service}.tls.caFile`, when, {
      title: 'CA certificate (PEM file)',
      why: 'If a private CA signed the certificate. Relative to difyctl.yaml.',
    }),
  ];
}
