import { defaulted, type FieldQuestion, KEY, optional, required, secretField } from '../question.ts';

/** Questions shared by the descriptors of vector stores. */

/** The explanation of a question about one of the vendor's names. */
export const ACCOUNT = "As the vendor's console shows it.";

const ADDRESS = 'Address of the vector store';

/** The question about the address. `usual` is a hint about its port, such as `usually 9200`. */
export function addressQuestion(usual?: string): FieldQuestion {
  return required('url', {
    title: ADDRESS,
    why: `With scheme and port${usual === undefined ? '' : ` (${usual})`}, as Dify reaches it.`,
  });
}

export function caQuestion(): FieldQuestion {
  return optional('caFile', {
    title: 'Certificate authority of the vector store (PEM file)',
    why: 'Only if your own authority signed the certificate. Relative to difyctl.yaml.',
  });
}

/** The question about an API key that not every server requires. */
export function optionalKeyQuestion(variable: string): FieldQuestion {
  return secretField('apiKey', variable, { title: 'API key', why: KEY, required: false });
}

/** Questions about host, port, user, password and database of a server that Dify connects to with SQL. */
export function sqlQuestions(usual: {
  readonly port: number;
  readonly username?: string;
  readonly variable: string;
}): readonly FieldQuestion[] {
  const user = { title: 'User of the vector store', why: 'It owns the tables of the embedded documents.' };
  return [
    required('host', {
      title: 'Host of the vector store',
      why: 'The host as Dify reaches it, without scheme, port or database.',
    }),
    defaulted('port', usual.port, { title: 'Port of the vector store', why: 'Only if it differs.' }),
    usual.username === undefined ? required('username', user) : defaulted('username', usual.username, user),
    secretField('password', usual.variable, { title: 'Password of the vector store', why: KEY }),
    defaulted('database', 'dify', { title: 'Database of the vectors', why: 'It must exist.' }),
  ];
}
