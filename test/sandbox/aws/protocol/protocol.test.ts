import { CreateRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JournalEntry } from '../../../../sandbox/aws/call-journal.ts';
import { parseParameters, urlEncoded } from '../../../../sandbox/aws/protocol/query-protocol.ts';
import { startAwsSandbox } from '../../../../sandbox/aws/server.ts';
import { ACCOUNT, refusal, startWorld, type TestWorld, TRUST_POLICY } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const code = (text: string) => /<Code>([^<]*)/.exec(text)?.[1];

describe('the AWS Query protocol', () => {
  test('unflattens parameters', () => {
    const form =
      'A=1&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=&L.member.10=y&L.member.9=x&E=&S.T=+%2B';
    expect(parseParameters(form)).toEqual({
      A: '1',
      Tags: [{ Key: 'a', Value: '' }, { Key: 'b' }],
      L: ['x', 'y'],
      E: '',
      S: { T: ' +' },
    });
  });

  test('encodes documents by RFC 3986', () => {
    expect(urlEncoded("a *!'()~{}")).toBe('a%20%2A%21%27%28%29~%7B%7D');
  });

  test('answers in AWS’s shape and namespace', async () => {
    const identity = await world.raw('Action=GetCallerIdentity&Version=2011-06-15');
    expect(identity.text).toMatch(
      /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><GetCallerIdentityResult><Arn>.*<\/GetCallerIdentityResult><ResponseMetadata><RequestId>[\w-]+<\/RequestId><\/ResponseMetadata><\/GetCallerIdentityResponse>$/,
    );
    const error = await world.raw('Action=GetRole&Version=2010-05-08&RoleName=a');
    expect(error.status).toBe(404);
    expect(error.text).toMatch(
      /^<ErrorResponse xmlns="https:\/\/iam\.amazonaws\.com\/doc\/2010-05-08\/"><Error><Type>Sender<\/Type><Code>NoSuchEntity<\/Code><Message>.*<\/Message><\/Error><RequestId>[\w-]+<\/RequestId><\/ErrorResponse>$/,
    );
    await world.arm({ match: '*', effect: 'error' });
    expect((await world.raw('Action=GetRole&Version=2010-05-08')).text).toContain('<Type>Receiver</Type>');
  });

  test('takes a query string as well as a body', async () => {
    const answer = await fetch(`${world.sandbox.url}/?Action=ListRoles&Version=2010-05-08`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20270115/us-east-1/iam/aws4_request' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/xml');
    expect(await answer.text()).toContain('<Roles></Roles>');
  });

  test.each([
    ['no action', '', 'MissingAction'],
    ['an unknown action', 'Action=CreateUser&Version=2010-05-08', 'InvalidAction'],
    ['the other service’s version', 'Action=GetRole&Version=2011-06-15', 'InvalidAction'],
    ['no version', 'Action=GetRole', 'InvalidAction'],
    ['a name of JavaScript’s own', 'Action=constructor&Version=2010-05-08', 'InvalidAction'],
  ])('refuses %s', async (_, form, expected) => {
    const { status, text } = await world.raw(form);
    expect([status, code(text)]).toEqual([400, expected]);
  });

  test('wants a signature for all but AssumeRoleWithWebIdentity', async () => {
    for (const form of [
      'Action=ListRoles&Version=2010-05-08',
      'Action=GetCallerIdentity&Version=2011-06-15',
    ]) {
      const { status, text } = await world.raw(form, false);
      expect([status, code(text)]).toEqual([403, 'MissingAuthenticationToken']);
    }
    const { text } = await world.raw('Action=AssumeRoleWithWebIdentity&Version=2011-06-15', false);
    expect(code(text)).toBe('ValidationError');
  });

  test('answers names with control characters in XML that parses', async () => {
    for (const name of ['\0', 'a\x01\x1f', '\x7f\ufffe', '<&>"\'', ']]>']) {
      const form = new URLSearchParams({ Action: 'GetRole', Version: '2010-05-08', RoleName: name });
      const { status, text } = await world.raw(form.toString());
      expect([status, code(text)]).toEqual([400, 'ValidationError']);
      expect(text).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u);
      expect(text.replace(/<\/?\w+( xmlns="[^"<]*")?>|&(amp|lt|gt|quot|#\d+);/g, '')).not.toMatch(/[<&]/);
      expect(await refusal(world.iam.send(new GetRoleCommand({ RoleName: name })))).toMatch(
        /^400 ValidationError: /,
      );
    }
  });

  test('has nothing elsewhere', async () => {
    expect((await world.json('GET', '/other')).status).toBe(404);
    expect((await world.json('GET', '/sandbox/faults')).status).toBe(404);
    expect((await world.json('PUT', '/')).status).toBe(404);
  });

  test('refuses a body over 1 MiB', async () => {
    const { status } = await world.json('POST', '/sandbox/can-act', 'x'.repeat(1024 * 1024 + 1));
    expect(status).toBe(413);
  });
});

describe('the journal of calls', () => {
  const calls = async () => (await world.json('GET', '/sandbox/calls')).body.items as JournalEntry[];

  test('holds what was called, in order, with its outcome', async () => {
    const Tags = [{ Key: 'a', Value: 'b' }];
    const role = { RoleName: 'shop', AssumeRolePolicyDocument: TRUST_POLICY, Tags };
    await world.iam.send(new CreateRoleCommand(role));
    await refusal(world.iam.send(new GetRoleCommand({ RoleName: 'nobody' })));
    await world.raw('Action=GetCallerIdentity&Version=2011-06-15');
    const at = '2027-01-15T08:00:00.000Z';
    expect(await calls()).toEqual([
      { at, service: 'iam', action: 'CreateRole', parameters: role, status: 200 },
      {
        at,
        service: 'iam',
        action: 'GetRole',
        parameters: { RoleName: 'nobody' },
        status: 404,
        errorCode: 'NoSuchEntity',
      },
      { at, service: 'sts', action: 'GetCallerIdentity', parameters: {}, status: 200 },
    ]);
    await world.json('DELETE', '/sandbox/calls');
    expect(await calls()).toEqual([]);
  });

  test('tells a fault from a real outcome', async () => {
    const create = () =>
      refusal(
        world.iam.send(new CreateRoleCommand({ RoleName: 'a', AssumeRolePolicyDocument: TRUST_POLICY })),
      );
    for (const effect of ['drop', 'throttle', 'lostReply'] as const) {
      await world.arm({ match: 'CreateRole', effect });
      await create();
    }
    const outcomes = (await calls()).map(({ status, errorCode, fault }) => [status, errorCode, fault]);
    expect(outcomes).toEqual([
      [0, undefined, 'drop'],
      [400, 'Throttling', 'throttle'],
      [200, undefined, 'lostReply'],
    ]);
  });

  test('never holds a token', async () => {
    const WebIdentityToken = await world.issuer.token();
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/shop`;
    const RoleSessionName = 'build';
    await refusal(
      world.sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName, WebIdentityToken })),
    );
    expect((await calls())[0]?.parameters).toEqual({ RoleArn, RoleSessionName });
    expect(JSON.stringify(await calls())).not.toContain(WebIdentityToken.slice(0, 20));
  });
});

test('a port that is taken is an error', async () => {
  const start = startAwsSandbox({
    port: world.sandbox.port,
    dir: world.dir,
    accountId: ACCOUNT,
    resolveIssuer: () => undefined,
  });
  await expect(start).rejects.toThrow(/EADDRINUSE/);
});
