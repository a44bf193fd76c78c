/** Whether a field of the same block has a value, in the file or in an answer. */
export type FieldCondition = (isGiven: (field: string) => boolean) => boolean;

/** A value that a field of kind `select` may have. */
interface FieldChoice {
  readonly value: string;
  readonly title: string;
  readonly description?: string;
}

/** A question about one field of a provider's block. The wizard asks it if the provider is chosen. */
export interface FieldQuestion {
  readonly field: string;
  /** `secret`: a reference such as `env:NAME`, never the value. */
  readonly kind: 'text' | 'number' | 'secret' | 'select';
  /** The values, if the kind is `select`. */
  readonly choices?: readonly FieldChoice[];
  /** The choice that leaves the field out, if that is the usual answer. */
  readonly leftOut?: Omit<FieldChoice, 'value'>;
  readonly title: string;
  /** Why the wizard asks it: shown for `?` and in the docs. */
  readonly why: string;
  /** `rarely`: only set by its flag, by `--set` and in the review. */
  readonly asked: 'always' | 'rarely' | FieldCondition;
  readonly required: boolean | FieldCondition;
  /** When the question applies. Default: always, if the provider is chosen. */
  readonly when?: FieldCondition;
  /** The value that the schema fills in. */
  readonly byDefault?: string | number;
  /** The value that follows from another field, with the reason that the wizard shows. */
  readonly derived?: { readonly from: string; value(of: string): string; readonly reason: string };
  /** The suggested environment variable for a secret. */
  readonly variable?: string;
}

type Texts = Pick<FieldQuestion, 'title' | 'why'>;

/** The explanation of every question about a key. */
export const KEY = 'The file contains a reference, never the key: env:NAME, file:PATH or kubernetes:NAME/KEY.';

/** A required text. */
export function required(field: string, texts: Texts): FieldQuestion {
  return { field, kind: 'text', asked: 'always', required: true, ...texts };
}

/** An optional text. */
export function optional(field: string, texts: Texts & Partial<Pick<FieldQuestion, 'asked'>>): FieldQuestion {
  return { field, kind: 'text', asked: 'rarely', required: false, ...texts };
}

/** A field with a default that is rarely changed. */
export function defaulted(field: string, byDefault: string | number, texts: Texts): FieldQuestion {
  const kind = typeof byDefault === 'number' ? 'number' : 'text';
  return { field, kind, asked: 'rarely', required: true, byDefault, ...texts };
}

/** A secret. `variable` is the suggested environment variable. */
export function secretField(
  field: string,
  variable: string,
  texts: Texts & Partial<Pick<FieldQuestion, 'why' | 'asked' | 'required' | 'when'>>,
): FieldQuestion {
  return { field, kind: 'secret', asked: 'always', required: true, variable, ...texts };
}
