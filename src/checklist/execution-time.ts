/**
 * Seconds that a run of a workflow or of an app may take, by the variable that sets it (docker/.env.example of Dify
 * 1.16.1).
 */
export const EXECUTION_SECONDS = { WORKFLOW_MAX_EXECUTION_TIME: 1200, APP_MAX_EXECUTION_TIME: 1200 } as const;
