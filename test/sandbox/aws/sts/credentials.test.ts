import { createHash, createHmac } from 'node:crypto';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { type Credentials, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../shop.ts';
import { refusal } from '../world.ts';

let shop: Shop;
let own: Credentials | undefined;
beforeEach(async () => {
  shop = await startShop();
  own = (await shop.assume(await shop.issuer.token())).Credentials;
});
afterEach(() => shop.close());

const identity = (credentials: Partial<Credentials> | undefined) =>
  refusal(shop.clientsOf(credentials as Credentials).sts.send(new GetCallerIdentityCommand({})));
const another = async () => (await shop.assume(await shop.issuer.token())).Credentials;

describe('a temporary key', () => {
  test('works with its own secret and session token', async () => {
    expect(await identity(own)).toBe('accepted');
  });

  test('does not work without its token, nor with another', async () => {
    const other = await another();
    for (const SessionToken of [undefined, other?.SessionToken, `${own?.SessionToken}x`]) {
      expect(await identity({ ...own, SessionToken } as Credentials)).toMatch(/^403 InvalidClientTokenId: /);
    }
  });

  test('does not work with the secret of another', async () => {
    for (const SecretAccessKey of [
      'secret',
      (await another())?.SecretAccessKey,
      own?.SecretAccessKey?.slice(1),
    ]) {
      expect(await identity({ ...own, SecretAccessKey } as Credentials)).toMatch(
        /^403 SignatureDoesNotMatch: /,
      );
    }
  });

  test('that STS never issued does nothing', async () => {
    expect(await identity({ AccessKeyId: 'ASIAABCDEFGHIJKLMNOP', SecretAccessKey: 'x' })).toMatch(
      /^403 InvalidClientTokenId: /,
    );
    const { iam } = shop.clientsOf('ASIAABCDEFGHIJKLMNOP');
    expect(await refusal(iam.send(new GetRoleCommand({ RoleName: 'shop' })))).toMatch(
      /^403 InvalidClientTokenId: /,
    );
  });

  test('signs what it sends: another body, query or time is not signed', async () => {
    const { headers, body } = await signedCall();
    const send = async (change: { body?: string; query?: string; headers?: Record<string, string> }) => {
      const answer = await fetch(`${shop.sandbox.url}/${change.query ?? ''}`, {
        method: 'POST',
        headers: { ...headers, ...change.headers },
        body: change.body ?? body,
      });
      return /<Code>(\w+)/.exec(await answer.text())?.[1];
    };
    expect(await send({})).toBe('AccessDenied');
    expect(await send({ body: body.replace('shop', 'other') })).toBe('SignatureDoesNotMatch');
    expect(await send({ query: '?RoleName=shop' })).toBe('SignatureDoesNotMatch');
    expect(await send({ headers: { 'x-amz-date': '20270115T080001Z' } })).toBe('SignatureDoesNotMatch');
  });

  test('may sign a query instead', async () => {
    const answer = async (url: string) => (await fetch(url)).status;
    const url = presigned(own);
    expect(await answer(url)).toBe(200);
    expect(await answer(url.replace('20270115T', '20270116T'))).toBe(403);
    expect(await answer(presigned({ ...own, SecretAccessKey: 'secret' } as Credentials))).toBe(403);
  });
});

/** The request of a GetRole as it was sent by the session's client, signed. */
async function signedCall(): Promise<{ headers: Record<string, string>; body: string }> {
  const { iam } = shop.clientsOf(own);
  let sent: { headers: Record<string, string>; body: string } | undefined;
  iam.middlewareStack.add(
    (next) => (call) => {
      sent = call.request as typeof sent;
      return next(call);
    },
    { step: 'deserialize', priority: 'low' },
  );
  await refusal(iam.send(new GetRoleCommand({ RoleName: 'shop' })));
  if (!sent) throw new Error('nothing was sent');
  const { host: _, 'content-length': __, ...headers } = sent.headers;
  return { headers, body: sent.body };
}

/** A URL for GetCallerIdentity, signed as the IAM User Guide says. */
function presigned(credentials: Credentials | undefined): string {
  const scope = '20270115/us-east-1/sts/aws4_request';
  const { host } = new URL(shop.sandbox.url);
  const query = Object.entries({
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials?.AccessKeyId}/${scope}`,
    'X-Amz-Date': '20270115T080000Z',
    'X-Amz-Security-Token': credentials?.SessionToken ?? '',
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = ['GET', '/', query, `host:${host}`, '', 'host', sha256('')].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', '20270115T080000Z', scope, sha256(canonical)].join('\n');
  let key: Buffer = Buffer.from(`AWS4${credentials?.SecretAccessKey}`);
  for (const part of [...scope.split('/'), toSign]) key = createHmac('sha256', key).update(part).digest();
  return `${shop.sandbox.url}/?${query}&X-Amz-Signature=${key.toString('hex')}`;
}
