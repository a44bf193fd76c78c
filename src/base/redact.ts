/** What stands in output where a secret was. */
const REDACTED = '••••••';

/** Shorter values would blank out ordinary words; a secret this short is a finding of its own. */
const SHORTEST = 4;

/** Replaces every known secret value, also in its percent-encoded, base64 and JSON-escaped forms. */
export type Redact = (text: string) => string;

/** A redactor for these values; longest first, so that a value inside another never leaves a rest. */
export function redactor(secrets: Iterable<string>): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST) continue;
    for (const form of writtenForms(secret)) forms.add(form);
  }
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((redacted, form) => redacted.split(form).join(REDACTED), text);
}

function writtenForms(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ];
}
