import { isOlder } from '../base/version-order.ts';

/** The releases of Dify that read a variable: from `since` on, and before `until`. */
interface Span {
  readonly since?: string;
  readonly until?: string;
}

/**
 * Variables that not every rendered release reads. Sources: release notes of 1.15.0 (SERVER_CONSOLE_API_URL, MILVUS_*),
 * of 1.10.0 (triggers) and of 1.9.2 (Weaviate's client v4); Dify issue 30169 (log format); `docker/.env.example` of
 * 1.13.3 and 1.14 (collaboration); pull requests 447 and 449 of the community chart (edition).
 */
const SPANS: Readonly<Record<string, Span>> = {
  WEAVIATE_GRPC_ENDPOINT: { since: '1.9.2' },
  TRIGGER_URL: { since: '1.10.0' },
  LOG_OUTPUT_FORMAT: { since: '1.12.0' },
  ENABLE_COLLABORATION_MODE: { since: '1.13.0' },
  NEXT_PUBLIC_SOCKET_URL: { since: '1.14.0' },
  SERVER_CONSOLE_API_URL: { since: '1.15.0' },
  MILVUS_SECURE: { since: '1.15.0' },
  MILVUS_SERVER_PEM_PATH: { since: '1.15.0' },
  MILVUS_SERVER_NAME: { since: '1.15.0' },
  AGENT_BACKEND_BASE_URL: { since: '1.16.0' },
  AGENT_BACKEND_API_TOKEN: { since: '1.16.0' },
  EDITION: { until: '1.17.0' },
  DEPLOYMENT_EDITION: { since: '1.17.0' },
};

/** True if a release of Dify reads the variable. Every release reads a variable that is not listed. */
export function isRead(variable: string, version: string): boolean {
  const { since, until } = SPANS[variable] ?? {};
  return (since === undefined || !isOlder(version, since)) && (until === undefined || isOlder(version, until));
}
