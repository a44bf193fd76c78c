import type { NamesSettings } from '../../evidence/names/settings.ts';
import { finding, listed, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { addressIn } from './addresses.ts';
import { settingsCheck } from './settings-check.ts';

export const namesSameSite = settingsCheck(
  {
    id: 'names.same-site',
    title: 'the browser sends the cookies of console and apps to their API',
    severity: error,
    remedy: 'remove the variables from extraEnv, so that each page calls the API at its own origin',
  },
  (settings) => {
    const expected =
      'pages and their API on one host, or COOKIE_DOMAIN (api) as a parent domain of both, with NEXT_PUBLIC_COOKIE_DOMAIN (web)';
    const found = faultIn(settings);
    if (found === undefined) return pass('each page calls the API that its cookies belong to', expected);
    return finding('fail', { ...found, expected, message: `${found.observed}: sign-in would loop` });
  },
);

interface Found {
  readonly observed: string;
  readonly remedy?: string;
}

const PAIRS = [
  { page: 'CONSOLE_WEB_URL', api: 'CONSOLE_API_URL', origins: 'CONSOLE_CORS_ALLOW_ORIGINS' },
  { page: 'APP_WEB_URL', api: 'APP_API_URL', origins: 'WEB_API_CORS_ALLOW_ORIGINS' },
] as const;

/**
 * Why cookies do not reach their API; undefined if they do. Without COOKIE_DOMAIN, cookies have the prefix `__Host-`
 * and only one host gets them; NEXT_PUBLIC_COOKIE_DOMAIN tells the pages that their cookies do not have it.
 */
function faultIn(settings: NamesSettings): Found | undefined {
  const domain = (settings.variables.api?.COOKIE_DOMAIN ?? '').replace(/^\./, '');
  const pagesKnow = (settings.variables.web?.NEXT_PUBLIC_COOKIE_DOMAIN ?? '') !== '';
  if (domain === '' && pagesKnow) return { observed: 'NEXT_PUBLIC_COOKIE_DOMAIN is set, but COOKIE_DOMAIN is not' };
  if (domain !== '' && !pagesKnow) {
    return {
      observed: `COOKIE_DOMAIN is ${domain}, but NEXT_PUBLIC_COOKIE_DOMAIN is not set`,
      remedy: 'set NEXT_PUBLIC_COOKIE_DOMAIN to 1 in components.web.extraEnv, or remove COOKIE_DOMAIN',
    };
  }
  for (const pair of PAIRS) {
    const page = addressIn(settings, 'api', pair.page)?.url;
    const api = addressIn(settings, 'web', pair.api)?.url;
    if (page === undefined || api === undefined) continue;
    const outside = [...new Set([page.hostname, api.hostname])].filter((host) => !isBelow(host, domain));
    if (domain !== '' && outside.length > 0)
      return { observed: `COOKIE_DOMAIN is ${domain}, but ${listed(outside)} is not in this domain` };
    if (domain === '' && page.hostname !== api.hostname) {
      return { observed: `pages are at ${page.host} and call ${api.host}, but COOKIE_DOMAIN does not cover both` };
    }
    if (page.origin !== api.origin && !allows(settings.variables.api?.[pair.origins], page.origin)) {
      return {
        observed: `pages are at ${page.origin} and call ${api.origin}, but ${pair.origins} does not contain the origin of the pages`,
      };
    }
  }
  return undefined;
}

function isBelow(host: string, domain: string): boolean {
  return domain.includes('.') && (host === domain || host.endsWith(`.${domain}`));
}

/** True if CORS allows the origin. Dify's default is `*`. */
function allows(origins: string | undefined, origin: string): boolean {
  return (origins ?? '*').split(',').some((one) => ['*', origin].includes(one.trim()));
}
