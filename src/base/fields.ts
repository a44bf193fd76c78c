import * as z from 'zod';
import { isDuration } from './duration.ts';
import { isQuantity } from './quantity.ts';
import { parseUrl } from './url.ts';

/** RFC 1123 label: the form of most names in Kubernetes. */
export const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits and dashes, at most 63, no dash at either end',
  );

/**
 * RFC 1123 subdomain: the form of names of Secrets, IngressClasses, StorageClasses and PriorityClasses (kubernetes.io,
 * Object Names and IDs).
 */
export const dnsSubdomain = z
  .string()
  .max(253, 'at most 253 characters')
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'lower-case letters, digits, dashes and dots, at most 253, a letter or digit at either end of each part',
  );

/** Node labels: `example.com/pool: dify` (kubernetes.io, Labels and Selectors, syntax and character set). */
export const nodeLabels = z.record(
  z
    .string()
    .regex(
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
      'a label such as kubernetes.io/arch',
    ),
  z
    .string()
    .regex(
      /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
      'a label value: letters, digits, dashes, underscores and dots, at most 63, a letter or digit at either end',
    ),
);

/** A mail sender: an address, or `Name <address>` (the part of RFC 5322 that mail services accept). */
export const sender = z
  .string()
  .regex(
    /^(?:[^<>\r\n\0]* ?<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
    'a mail address such as dify@example.com, or Dify <dify@example.com>',
  );

/**
 * Helm release and Compose project name: a label that begins with a letter and has at most 53 characters, Helm's limit.
 */
export const deploymentName = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$/,
    'lower-case letters, digits and dashes, starting with a letter, at most 53',
  );

/** Host name (RFC 1123, underscores allowed as Docker uses them), IPv4 or bracketless IPv6 address. */
export const host = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9_](?:[-A-Za-z0-9_.]{0,251}[A-Za-z0-9_])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)$/,
    'a host name or an IP address, without scheme, port or path',
  );

/** A range of addresses (CIDR, RFC 4632 and RFC 4291). Zod has one format for each family. */
export const addressRange = z.union([z.cidrv4(), z.cidrv6()], { error: 'a range of addresses such as 10.0.0.0/24' });

export const port = z.int().min(1).max(65_535);

export const hostAndPort = z
  .string()
  .regex(/^(?:[A-Za-z0-9_][-A-Za-z0-9_.]*|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/, 'host:port')
  .refine((text) => isPort(Number(text.slice(text.lastIndexOf(':') + 1))), 'host:port, with a port from 1 to 65535');

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535;
}

/** An http(s) address without a trailing slash, query, fragment or credentials: Dify appends paths to it. */
export const httpUrl = z.string().superRefine((text, context) => {
  const fault = urlFault(text, ['http:', 'https:']);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** A public origin: an http(s) address with no path, because Dify's own paths begin at the root. */
export const publicUrl = z.string().superRefine((text, context) => {
  const fault = urlFault(text, ['http:', 'https:']) ?? originFault(text, new URL(text));
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

function urlFault(text: string, schemes: readonly string[]): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//.test(text)) return 'needs a scheme, such as https://';
  const url = parseUrl(text);
  if (url === undefined || /[\s"'`$\\<>{}|^]/.test(text)) return 'not a valid URL';
  if (!schemes.includes(url.protocol))
    return `the scheme must be one of ${schemes.map((s) => s.replace(':', '')).join(', ')}`;
  if (url.username !== '' || url.password !== '') return 'the URL must not contain a user name or password';
  if (text.endsWith('/')) return 'no trailing slash';
  if (url.search !== '' || url.hash !== '') return 'no query and no fragment';
  return undefined;
}

function originFault(text: string, { pathname, host, hostname }: URL): string | undefined {
  if (pathname !== '/') return 'the URL must not contain a path';
  // Certificates, Ingress and virtual hosts use one form of a name: lower case, and `xn--` for letters beyond ASCII.
  const written = text.slice(text.indexOf('://') + 3).replace(/:\d+$/, '');
  return written === hostname || written === host ? undefined : `write the host as ${hostname}`;
}

export const duration = z.string().refine(isDuration, 'a duration such as 90s, 15m, 4h or 14d');

export const quantity = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine(isQuantity, 'a Kubernetes quantity such as 500m or 2Gi');

/** A calendar day, `2026-10-01`. YAML reads it as a plain string under the core schema. */
export const day = z.iso.date('a date such as 2026-10-01');

/** One line of text. A value in an env file or a manifest must not add a second line. */
export const line = z
  .string()
  .min(1)
  .regex(/^[^\r\n\0]*$/, 'one line of text');

/** Path of a file, relative to difyctl.yaml. No shell reads it, so a tilde is not expanded. */
export const filePath = line.refine((text) => !text.startsWith('~'), 'a path; ~ is not expanded, write the whole path');

export const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not a valid environment variable name');
