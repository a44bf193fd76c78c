import { defaulted, type FieldQuestion, KEY, optional, required, secretField } from '../question.ts';

/** What descriptors of vector stores share. */

/** Why a name of the vendor's is asked. */
export const ACCOUNT = "As the vendor's console shows it.";

const ADDRESS = 'Address of the vector store';

/** The address, with what `usual` says of its port. */
export function addressQuestion(usual?: string): FieldQuestion {
  return required('url', {
    title: ADDRESS,
    why: `With scheme and port${usual === undefined ? '' : ` (${usual})`}, seen from where Dify runs.`,
  });
}

export function caQuestion(): FieldQuestion {
  return optional('caFile', {
    title: 'Certificate authority of the vector store (PEM file)',
    why: 'Only if its certificate is signed by an authority of your own. Relative to difyctl.yaml.',
  });
}

/** A key that a server may do without. */
export function optionalKeyQuestion(variable: string): FieldQuestion {
  return secretField('apiKey', variable, { title: 'API key', why: KEY, required: false });
}

/** Host, port, user, password and database of a server that Dify speaks SQL to. */
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
