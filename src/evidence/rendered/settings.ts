/** Variables that checks use. None of them is a secret; a login inside a URL is removed. */
const SETTINGS =
  /^(MODE|DEBUG|FLASK_DEBUG|LOG_LEVEL|SQLALCHEMY_(ECHO|POOL_SIZE|MAX_OVERFLOW)|GIN_MODE|ENABLE_REQUEST_LOGGING|SERVER_WORKER_(AMOUNT|CLASS)|API_WEBSOCKET_WORKER_AMOUNT|CELERY_QUEUES|CELERY_WORKER_(AMOUNT|CLASS|POOL|CONCURRENCY|QUEUES)|PGVECTOR_(HOST|PORT|DATABASE|MAX_CONNECTION)|DB_(TYPE|HOST|PORT|DATABASE|SSL_MODE|EXTRAS|MAX_OPEN_CONNS|SESSION_TIMEZONE_OVERRIDE)|REDIS_(HOST|PORT|DB|USE_SSL|SSL_CERT_REQS|USE_SENTINEL|SENTINELS|SENTINEL_SERVICE_NAME)|VECTOR_STORE|WEAVIATE_(ENDPOINT|GRPC_ENDPOINT)|QDRANT_URL|MILVUS_URI|STORAGE_TYPE|S3_(ENDPOINT|BUCKET_NAME)|AGENT_BACKEND_BASE_URL|SSRF_\w+|HTTPS?_PROXY|NO_PROXY|PIP_MIRROR_URL|PLUGIN_IGNORE_UV_LOCK|PYTHON_ENV_INIT_TIMEOUT|PLUGIN_MAX_EXECUTION_TIMEOUT|WORKFLOW_LOG_(CLEANUP_ENABLED|RETENTION_DAYS)|ENABLE_\w+_TASK|SANDBOX_EXPIRED_RECORDS_\w+)$/;

/** True for a variable that checks use. */
function isSetting(name: string): boolean {
  return SETTINGS.test(name);
}

/**
 * The variables that checks use, without logins. A value that refers to another variable (`${NAME}`), for example in
 * Compose's `.env`, is left out.
 */
export function settingsOf(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([name, value]) => isSetting(name) && !/\$\{\w+\}/.test(value))
      .map(([name, value]) => [name, value.replace(/\/\/[^/@\s]*@/g, '//')]),
  );
}
