import { API_VERSION, DIFYCTL_VERSION } from './version.ts';

/** Returns a JSON document that difyctl prints: its kind, the difyctl that wrote it, the time, then its own fields. */
export function printedDocument<Kind extends string, Body extends object>(kind: Kind, now: Date, body: Body) {
  return { apiVersion: API_VERSION, kind, difyctl: DIFYCTL_VERSION, time: now.toISOString(), ...body };
}

/** Returns the text of a printed document. */
export function documentText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
