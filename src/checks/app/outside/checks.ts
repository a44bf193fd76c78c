import type { Check } from '../../check.ts';
import { appUpload, appWebsocket } from './channels.ts';
import { appForwarded } from './forwarded.ts';
import { appHeaders } from './headers.ts';
import { appHttps } from './https.ts';
import { appPublicRoutes } from './routes.ts';
import { appStreaming } from './streaming.ts';

/** Checks from outside, through every server in front of Dify. */
export const outsideChecks: readonly Check[] = [
  appHttps,
  appHeaders,
  appPublicRoutes,
  appUpload,
  appWebsocket,
  appStreaming,
  appForwarded,
];
