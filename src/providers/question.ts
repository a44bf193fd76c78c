/** Whether a field of the same block has a value, in the file or in an answer. */
export type FieldCondition = (isGiven: (field: string) => boolean) => boolean;

/** A question about one field of a provider's block. The wizard asks it if the provider is chosen. */
export interface FieldQuestion {
  readonly field: string;
  /** `secret`: a reference such as `env:NAME`, never the value. */
  readonly kind: 'text' | 'number' | 'secret';
  readonly title: string;
  /** Why it is asked: shown for `?` and in the docs. */
  readonly why: string;
  /** `rarely`: only by its flag, by --set and from the review. */
  readonly asked: 'always' | 'rarely' | FieldCondition;
  readonly required: boolean | FieldCondition;
  /** Default: whenever the provider is chosen. */
  readonly when?: FieldCondition;
  /** The value that the schema fills in. */
  readonly byDefault?: string | number;
  /** The environment variable that is suggested for a secret. */
  readonly variable?: string;
}

type Texts = Pick<FieldQuestion, 'title' | 'why'>;

/** Why a secret is asked for by its place. */
export const KEY = 'The file holds a reference, never the key: env:NAME, file:PATH or kubernetes:NAME/KEY.';

/** A text that must be given. */
export function required(field: string, texts: Texts): FieldQuestion {
  return { field, kind: 'text', asked: 'always', required: true, ...texts };
}

/** A text that may be left out. */
export function optional(field: string, texts: Texts & Partial<Pick<FieldQuestion, 'asked'>>): FieldQuestion {
  return { field, kind: 'text', asked: 'rarely', required: false, ...texts };
}

/** A field with a default that is rarely changed. */
export function defaulted(field: string, byDefault: string | number, texts: Texts): FieldQuestion {
  const kind = typeof byDefault === 'number' ? 'number' : 'text';
  return { field, kind, asked: 'rarely', required: true, byDefault, ...texts };
}

/** A secret. `variable` is the environment name that is suggested for it. */
export function secretField(
  field: string,
  variable: string,
  texts: Texts & Partial<Pick<FieldQuestion, 'why' | 'asked' | 'required' | 'when'>>,
): FieldQuestion {
  return { field, kind: 'secret', asked: 'always', required: true, variable, ...texts };
}
