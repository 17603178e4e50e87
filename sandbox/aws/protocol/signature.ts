import { createHash, createHmac } from 'node:crypto';
import type { AwsRequest } from './aws-request.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The signature of a request, from its `Authorization` or its query. `scope`: date, Region, service, `aws4_request`. */
export type Signature = {
  accessKeyId: string;
  scope: string;
  signedHeaders: string[];
  signature: string;
  /** `20270115T080000Z`. */
  time: string;
  /** The session token that came with it. */
  token: string | undefined;
  isPresigned: boolean;
};

/** The signature that a request carries; undefined where it carries none. It is not verified. */
export function signatureOf({ headers, query }: AwsRequest): Signature | undefined {
  const parameters = new URLSearchParams(query);
  const isPresigned = headers.authorization === undefined;
  const field = (name: string) =>
    isPresigned
      ? parameters.get(`X-Amz-${name}`)
      : new RegExp(`^${ALGORITHM} (?:.*[ ,])?${name}=([^,\\s]+)`).exec(headers.authorization ?? '')?.[1];
  const [accessKeyId, scope] = (field('Credential') ?? '').split(/\/(.*)/s);
  if (!accessKeyId || scope === undefined) return undefined;
  const time = isPresigned ? parameters.get('X-Amz-Date') : headers['x-amz-date'];
  const token = isPresigned ? parameters.get('X-Amz-Security-Token') : headers['x-amz-security-token'];
  return {
    accessKeyId,
    scope,
    signedHeaders: (field('SignedHeaders') ?? '').split(';'),
    signature: field('Signature') ?? '',
    time: String(time ?? ''),
    token: token === undefined || token === null ? undefined : String(token),
    isPresigned,
  };
}

/** Whether the request was signed with this secret. Source: IAM User Guide, "Create a signed AWS API request". */
export function isSignedWith(secret: string, request: AwsRequest, signature: Signature): boolean {
  const { scope, time } = signature;
  const toSign = [ALGORITHM, time, scope, sha256(canonicalRequest(request, signature))].join('\n');
  const key = scope
    .split('/')
    .reduce<Buffer>((parent, part) => hmac(parent, part), Buffer.from(`AWS4${secret}`));
  return hmac(key, toSign).toString('hex') === signature.signature;
}

function canonicalRequest(request: AwsRequest, { signedHeaders, isPresigned }: Signature): string {
  const { method, path, query, headers, body } = request;
  const pairs = [...new URLSearchParams(query)]
    .filter(([name]) => !(isPresigned && name === 'X-Amz-Signature'))
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort();
  const lines = signedHeaders.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}`,
  );
  return [method, path, pairs.join('&'), ...lines, '', signedHeaders.join(';'), sha256(body)].join('\n');
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
