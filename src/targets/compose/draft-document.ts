import type { Json, JsonObject } from '../../base/json.ts';
import type { RenderedCompose } from '../../render/rendered.ts';

/** An escaped dollar, or a variable of `.env`: the two forms that the renderer writes. */
const FORMS = /\$\$|\$\{(\w+)\?[^}]*\}/g;

/**
 * Returns the project with the values of `.env` in place of their variables, as JSON, which is YAML. It is what Compose
 * makes of the two files. Throws Error if `.env` lacks a variable.
 */
export function draftDocument({ project, env }: RenderedCompose): string {
  const filled = (value: Json): Json => {
    if (typeof value === 'string') return fill(value, env);
    if (Array.isArray(value)) return value.map(filled);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value as JsonObject).map(([key, one]) => [key, filled(one)]));
  };
  return JSON.stringify(filled(project));
}

function fill(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(FORMS, (form, name: string | undefined) => {
    if (name === undefined) return form;
    const value = env[name];
    if (value === undefined) throw new Error(`compose.yaml uses ${name}, which .env does not contain`);
    return value.replaceAll('$', '$$$$');
  });
}
