import { createHmac } from 'node:crypto';

/** A container of an account, and the account's key. */
export interface AzureContainer {
  readonly account: string;
  /** Base64. */
  readonly key: string;
  readonly container: string;
}

/** The version of the rules of the signature. */
const VERSION = '2020-10-02';

/**
 * Returns a shared access signature as the query of an address; `sig` is secret. It allows to list,
 * read and write the blobs of one container until `expires`, and to delete none (Azure, "Create a service SAS").
 */
export function containerSas({ account, key, container }: AzureContainer, expires: Date): URLSearchParams {
  const [sp, sr, sv] = ['rcwl', 'c', VERSION];
  const se = expires.toISOString().replace(/\.\d+Z$/, 'Z');
  // In the order of the rules: no start, stored policy, address, protocol, snapshot, or changed response header.
  const text = [sp, '', se, `/blob/${account}/${container}`, '', '', '', sv, sr, '', '', '', '', '', ''].join('\n');
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  return new URLSearchParams({ sv, se, sr, sp, sig });
}
