import { meaningsOf } from '../deployment/schema/descriptions.ts';

/** What each field of a policy means; `*` stands for any index of a list, or any key. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  apiVersion: 'difyctl/v1',
  kind: 'Policy',
  name: 'name of the policy in reports, such as acme-prod',
  tier: 'the tier that it applies to; absent: both',
  nodes: 'nodes that a cluster must have, in place of the published checklist',
  'nodes.count': 'how many',
  'nodes.cpu': 'CPUs of each, as sold',
  'nodes.memory': 'memory of each, as sold, such as 32Gi',
  zones: 'zones that the nodes must span',
  recovery: 'limits for what a deployment may promise',
  'recovery.rpo': 'how much work may be lost',
  'recovery.rto': 'how long Dify may be down',
  'recovery.*.atMost': 'the longest duration that may be promised, such as 1h',
  'recovery.*.atLeast': 'the shortest duration that may be promised, such as 5m',
  checks: 'checks with another severity',
  'checks.*.check': 'id, subject or glob, such as postgres or cluster.capacity.*',
  'checks.*.severity': 'error, warning or info',
  'checks.*.reason': 'the reason, shown in every report',
  neverAccepted: 'checks that may not be accepted as risks: ids, subjects or globs',
};

/** What a field of a policy means. */
export const describePolicy = meaningsOf(DESCRIPTIONS);
