interface PublishedDefault {
  readonly value: string;
  readonly of: string;
  readonly isWord?: true;
  readonly isPlaceholder?: true;
}

/**
 * Secrets that upstream publishes in its charts and Compose files, so that anyone can use them. Nothing that difyctl
 * installs may contain one. Sources: community chart 0.38.0-rc2 values.yaml, Dify 1.16 docker/.env.example and compose
 * template. `isWord`: the value is also an ordinary text, such as a host name, so it counts only if it is the whole
 * text. `isPlaceholder`: it opens nothing, because upstream expects another value.
 */
const PUBLISHED_DEFAULTS: readonly PublishedDefault[] = [
  { value: 'sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U', of: 'SECRET_KEY' },
  { value: 'QaHbTe77CtuXmsfyhR7+vRjI/+XbV1AaFy691iy+kGDv2Jvy0/eAh8Y1', of: 'INNER_API_KEY_FOR_PLUGIN' },
  { value: 'lYkiYYT6owG+71oLerGzA7GXCgOT++6ovaezWAjpCjf+Sjc3ZtU+qUEi', of: 'PLUGIN_DAEMON_KEY' },
  { value: 'dify-sandbox', isWord: true, of: 'CODE_EXECUTION_API_KEY' },
  { value: 'dify-agent-run-token-for-dev-only', of: 'DIFY_AGENT_API_TOKEN' },
  { value: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY', of: 'DIFY_AGENT_SERVER_SECRET_KEY' },
  { value: 'difyai123456', of: 'DB_PASSWORD, REDIS_PASSWORD and most bundled stores' },
  { value: 'WVF5YThaHlkYwhGUSmCRgsX3tD5ngdN8pkih', of: 'WEAVIATE_API_KEY' },
  { value: 'ak-difyai', of: 'S3_ACCESS_KEY, QDRANT_API_KEY' },
  { value: 'sk-difyai', of: 'S3_SECRET_KEY' },
  { value: 'xxxx', isWord: true, isPlaceholder: true, of: 'RESEND_API_KEY' },
  { value: 'your-resend-api-key', isPlaceholder: true, of: 'RESEND_API_KEY' },
  { value: 'YOUR EMAIL PASSWORD', isPlaceholder: true, of: 'SMTP_PASSWORD' },
  { value: 'your-access-key', isWord: true, isPlaceholder: true, of: 'object storage keys' },
  { value: 'your-secret-key', isWord: true, isPlaceholder: true, of: 'object storage keys' },
  { value: 'your-secret-id', isWord: true, isPlaceholder: true, of: 'object storage keys' },
  { value: 'your-tencent-vector-db-api-key', isPlaceholder: true, of: 'TENCENT_VECTOR_DB_API_KEY' },
  { value: 'Qazwsxedc!@#123', of: 'OPENSEARCH_INITIAL_ADMIN_PASSWORD' },
  { value: 'Difyai123456', of: 'VASTBASE_PASSWORD' },
  { value: 'Dify@123', of: 'OPENGAUSS_PASSWORD' },
  { value: 'Dify123456', of: 'ORACLE_PWD' },
  { value: 'Dify@1234', of: 'IRIS_PASSWORD' },
  { value: 'minioadmin', isWord: true, of: 'MINIO_SECRET_KEY' },
];

/** The published default that a text equals or, as a broker URL may, contains; undefined if there is none. */
export function publishedDefaultIn(text: string): string | undefined {
  return PUBLISHED_DEFAULTS.find(({ value, isWord }) => text === value || (isWord !== true && text.includes(value)))
    ?.value;
}

/** As `publishedDefaultIn`, without placeholders. */
export function publishedSecretIn(text: string): string | undefined {
  const found = publishedDefaultIn(text);
  const isPlaceholder = PUBLISHED_DEFAULTS.some((one) => one.value === found && one.isPlaceholder === true);
  return isPlaceholder ? undefined : found;
}
