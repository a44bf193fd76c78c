import { deploymentOf, finding, pass, some } from '../judgement.ts';
import { error } from '../when.ts';
import { type Address, addressIn } from './addresses.ts';
import { settingsCheck } from './settings-check.ts';

/** Pages, and what each of them fetches. */
const PAGES = [
  {
    page: 'CONSOLE_WEB_URL',
    fetches: [
      ['web', 'CONSOLE_API_URL'],
      ['api', 'FILES_URL'],
      ['web', 'NEXT_PUBLIC_SOCKET_URL'],
    ],
  },
  {
    page: 'APP_WEB_URL',
    fetches: [
      ['web', 'APP_API_URL'],
      ['api', 'FILES_URL'],
    ],
  },
] as const;

export const namesSchemes = settingsCheck(
  {
    id: 'names.schemes',
    title: 'pages and their requests use the same scheme',
    severity: error,
    remedy: 'give all urls the same scheme, https if anything terminates TLS',
  },
  (settings, context) => {
    const { target } = deploymentOf(context);
    const endsTls = target.type === 'compose' && target.tls !== undefined;
    const expected = 'https pages that request https and wss, or http pages that request http and ws';
    const faults = PAGES.flatMap(({ page, fetches }) => {
      const own = addressIn(settings, 'api', page);
      if (own?.url === undefined) return [];
      const isSecure = own.url.protocol === 'https:' || endsTls;
      return fetches.flatMap(([component, name]) => {
        const fetched = addressIn(settings, component, name);
        const reason = fetched === undefined ? undefined : reasonOf(fetched, isSecure, name);
        return reason === undefined ? [] : [reason];
      });
    });
    if (faults.length > 0) {
      const why = endsTls ? 'nginx redirects every browser to https, and ' : '';
      const observed = `${why}${some([...new Set(faults)], 3)}`;
      return finding('fail', { observed, expected, message: `${observed}: browsers block these requests` });
    }
    return pass('pages and their requests use the same scheme', expected);
  },
);

function reasonOf({ name, value, url }: Address, isSecure: boolean, variable: string): string | undefined {
  if (url === undefined) return undefined;
  const wanted = variable === 'NEXT_PUBLIC_SOCKET_URL' ? (isSecure ? 'wss:' : 'ws:') : isSecure ? 'https:' : 'http:';
  // A page over http may fetch from https; browsers refuse the reverse.
  const isFine =
    url.protocol === wanted ||
    (!isSecure && ['https:', 'wss:'].includes(url.protocol) && variable !== 'NEXT_PUBLIC_SOCKET_URL');
  return isFine ? undefined : `${name} is ${value}`;
}
