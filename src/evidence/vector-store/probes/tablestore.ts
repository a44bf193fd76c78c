import { createHash, createHmac } from 'node:crypto';
import { ProbeError } from '../../../net/probe-error.ts';
import { storeUrl } from '../address.ts';
import { type Ask, openStore, type StoreAnswer } from '../client.ts';
import { probeName } from '../dify.ts';
import type { Asked, WriteFact } from '../facts.ts';
import type { StoreContext, StoreProbe } from '../probe.ts';
import { decodeMessage, encodeField } from '../protobuf.ts';

/** API version (Alibaba Cloud's reference, "HTTP-based message structure" and "Signature"). */
const API_VERSION = '2015-12-31';

/** Probes Alibaba Cloud Tablestore by its HTTP API: protobuf in the body, a signature over the headers. */
export const probe: StoreProbe<'tablestore'> = async (store, context, note) => {
  const { instanceName } = store.tablestore;
  const ask = await openStore(storeUrl(store), {}, context, note);
  const call = signedCalls(ask, instanceName, context);
  const listed = await call('ListTable');
  if (listed.status !== 200) throw refusal(listed, instanceName);
  note({
    isAdmitted: true,
    health: { seen: { state: 'ready', text: 'answers' } },
    database: { seen: { name: `instance ${instanceName}`, exists: true } },
  });
  note({ writes: writesOf(await call('DeleteTable', encodeField(1, probeName(context.deployment)))) });
};

type Call = (operation: string, body?: Uint8Array) => Promise<StoreAnswer>;

/**
 * Signs each request: HMAC-SHA1 with the key's secret over path, method and the sorted `x-ots-` headers. Tablestore
 * refuses a request whose time differs by more than 15 minutes.
 */
function signedCalls(ask: Ask, instance: string, context: StoreContext): Call {
  const keyId = context.secret('accessKeyId') ?? '';
  const keySecret = context.secret('accessKeySecret') ?? '';
  return (operation, body = new Uint8Array()) => {
    const path = `/${operation}`;
    const headers = {
      'x-ots-accesskeyid': keyId,
      'x-ots-apiversion': API_VERSION,
      'x-ots-contentmd5': createHash('md5').update(body).digest('base64'),
      'x-ots-date': context.now().toISOString(),
      'x-ots-instancename': instance,
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    const text = `${path}\nPOST\n\n${lines.sort().join('')}`;
    const signature = createHmac('sha1', keySecret).update(text).digest('base64');
    return ask(path, { method: 'POST', body, headers: { ...headers, 'x-ots-signature': signature } });
  };
}

/** Error code and text of an answer other than success: a message of two fields. */
function errorOf({ body }: StoreAnswer): { readonly code: string; readonly text: string } {
  const message = decodeMessage(body);
  return { code: message.text(1), text: message.text(2) };
}

function refusal(answer: StoreAnswer, instance: string): ProbeError {
  const { code, text } = errorOf(answer);
  if (code === 'OTSAuthFailed' || code === 'OTSNoPermissionAccess') {
    const isInstance = /instance/i.test(text) && /not (exist|found)|does not/i.test(text);
    if (!isInstance) return new ProbeError('login', code, `refuses the access key (${code}: ${text})`);
    return new ProbeError('login', code, `has no instance ${instance} for this key (${code})`);
  }
  if (!code.startsWith('OTS'))
    return new ProbeError('use', String(answer.status), `answers HTTP ${answer.status}, but not as Tablestore does`);
  return new ProbeError('use', code, `answers ${code}: ${text}`);
}

/** Result of deleting a table that does not exist, which changes nothing but requires the right. */
function writesOf(answer: StoreAnswer): Asked<WriteFact> {
  const how = 'may delete tables (tested with a table that does not exist)';
  if (answer.status === 200) return { seen: { how } };
  const { code, text } = errorOf(answer);
  if (code === 'OTSObjectNotExist') return { seen: { how } };
  const isRight = code === 'OTSNoPermissionAccess' || code === 'OTSAuthFailed';
  return { seen: { how, refused: { stage: 'use', code: isRight ? '403' : code, text: `${code}: ${text}` } } };
}
