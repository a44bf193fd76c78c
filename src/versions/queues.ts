import { isOlder } from '../base/version-order.ts';

/**
 * Queues that the workers of a release consume by default. `since` is the release that added a queue, if not every
 * rendered release has it. Sources: `api/docker/entrypoint.sh` of Dify 1.9 to 1.14, and the Compose facts of 1.17. A
 * queue of which only a later release is known to have it is left out, so that no older installation is blamed for it.
 */
const QUEUES: readonly { readonly name: string; readonly since?: string }[] = [
  { name: 'dataset' },
  { name: 'mail' },
  { name: 'ops_trace' },
  { name: 'app_deletion' },
  { name: 'plugin' },
  { name: 'workflow_storage' },
  { name: 'conversation' },
  { name: 'priority_pipeline', since: '1.10.0' },
  { name: 'pipeline', since: '1.10.0' },
  { name: 'workflow', since: '1.10.0' },
  { name: 'schedule_poller', since: '1.10.0' },
  { name: 'schedule_executor', since: '1.10.0' },
  { name: 'triggered_workflow_dispatcher', since: '1.10.0' },
  { name: 'trigger_refresh_executor', since: '1.10.0' },
  { name: 'priority_dataset', since: '1.11.0' },
  { name: 'retention', since: '1.14.0' },
  { name: 'api_token', since: '1.17.0' },
  { name: 'dataset_summary', since: '1.17.0' },
  { name: 'app_rbac', since: '1.17.0' },
  { name: 'trigger_refresh_publisher', since: '1.17.0' },
  { name: 'workflow_based_app_execution', since: '1.17.0' },
];

/** Every queue that some release is known to have. */
export function knownQueues(): readonly string[] {
  return QUEUES.map(({ name }) => name);
}

/** The queues that workers of a release must consume. An unreadable version gets those that every release has. */
export function queuesOf(version: string): readonly string[] {
  const isKnown = /^\d/.test(version);
  return QUEUES.filter(({ since }) => since === undefined || (isKnown && !isOlder(version, since))).map(
    ({ name }) => name,
  );
}
