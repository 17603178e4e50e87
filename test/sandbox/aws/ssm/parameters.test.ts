import { AttachRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { Credentials } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../shop.ts';
import { ACCOUNT, ADMINISTRATOR_ARN, allow, policy, refusal, START } from '../world.ts';

let shop: Shop;
let ssm: SSMClient;
const clients: SSMClient[] = [];
function clientOf(given?: Credentials): SSMClient {
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? 'AKIATEST',
    secretAccessKey: given?.SecretAccessKey ?? 'secret',
    ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
  };
  const client = new SSMClient({
    endpoint: shop.sandbox.url,
    region: 'eu-central-1',
    credentials,
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}
beforeEach(async () => {
  shop = await startShop();
  ssm = clientOf();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await shop.close();
});

const NAME = '/rolewright/prod/frozen';
const put = (input: Partial<PutParameterCommandInput> = {}, client = ssm) =>
  client.send(new PutParameterCommand({ Name: NAME, Value: 'v', Type: 'String', ...input }));
const get = async (Name = NAME, WithDecryption = false, client = ssm) =>
  (await client.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter;
const remove = (Name = NAME) => ssm.send(new DeleteParameterCommand({ Name }));

describe('a parameter', () => {
  test('is read as it was put', async () => {
    expect(await put()).toMatchObject({ Version: 1, Tier: 'Standard' });
    const ARN = `arn:aws:ssm:eu-central-1:${ACCOUNT}:parameter${NAME}`;
    const expected = {
      Name: NAME,
      Type: 'String',
      Value: 'v',
      Version: 1,
      ARN,
      DataType: 'text',
      LastModifiedDate: new Date(START),
    };
    expect(await get()).toEqual(expected);
    expect(await get(ARN)).toEqual(expected);
  });

  test('is not put over an existing one unless that is wanted', async () => {
    await put();
    expect(await refusal(put({ Value: 'w' }))).toMatch(/^400 ParameterAlreadyExists: /);
    expect((await get())?.Value).toBe('v');
    expect(await put({ Value: 'w', Overwrite: true, Type: undefined })).toMatchObject({ Version: 2 });
    expect(await get()).toMatchObject({ Value: 'w', Version: 2, Type: 'String' });
  });

  test('keeps its versions', async () => {
    await put();
    await put({ Value: 'w', Overwrite: true });
    expect(await get(`${NAME}:1`)).toMatchObject({ Value: 'v', Version: 1, Selector: ':1' });
    expect(await get(`${NAME}:2`)).toMatchObject({ Value: 'w' });
    expect(await refusal(get(`${NAME}:3`))).toMatch(/^400 ParameterVersionNotFound: /);
    for (let version = 3; version <= 101; version += 1) await put({ Overwrite: true });
    expect(await refusal(get(`${NAME}:1`))).toMatch(/^400 ParameterVersionNotFound: /);
    expect(await get(`${NAME}:2`)).toMatchObject({ Value: 'w' });
  });

  test('that is not there is ParameterNotFound', async () => {
    expect(await refusal(get())).toMatch(/^400 ParameterNotFound: /);
    expect(await refusal(remove())).toMatch(/^400 ParameterNotFound: /);
  });

  test('is gone once deleted, and begins again at version 1', async () => {
    await put();
    await remove();
    expect(await refusal(get())).toMatch(/^400 ParameterNotFound: /);
    expect(await put()).toMatchObject({ Version: 1 });
  });

  test('survives a restart with its versions', async () => {
    await put({ Type: 'SecureString', Value: 'secret' });
    await put({ Overwrite: true, Value: 'changed', Type: 'SecureString' });
    await shop.restart();
    const client = clientOf();
    expect((await get(NAME, true, client))?.Value).toBe('changed');
    expect((await get(`${NAME}:1`, true, client))?.Value).toBe('secret');
  });

  test('is one of several that are read at once', async () => {
    await put();
    await put({ Name: '/other', Value: 'o' });
    const Names = ['/other', '/none', NAME, `${NAME}:7`];
    const answer = await ssm.send(new GetParametersCommand({ Names }));
    expect(answer.Parameters?.map(({ Name }) => Name)).toEqual(['/other', NAME]);
    expect(answer.InvalidParameters).toEqual(['/none', `${NAME}:7`]);
    const tooMany = Array.from({ length: 11 }, (_, n) => `/n${n}`);
    for (const wrong of [tooMany, [], [NAME, NAME]]) {
      expect(await refusal(ssm.send(new GetParametersCommand({ Names: wrong })))).toMatch(
        /^400 ValidationException: /,
      );
    }
  });
});

describe('a SecureString', () => {
  test('is shown only where decryption is asked for', async () => {
    await put({ Type: 'SecureString', Value: 'my-secret' });
    expect((await get())?.Value).toMatch(/^(?!.*my-secret).{20,}$/);
    expect(await get(NAME, true)).toMatchObject({ Value: 'my-secret', Type: 'SecureString' });
  });

  test('is in no entry of the journal', async () => {
    await put({ Type: 'SecureString', Value: 'my-secret' });
    const { items } = (await shop.json('GET', '/sandbox/calls')).body as { items: object[] };
    expect(items.at(-1)).toMatchObject({
      service: 'ssm',
      action: 'PutParameter',
      parameters: { Name: NAME, Type: 'SecureString' },
      status: 200,
    });
    expect(JSON.stringify(items)).not.toContain('my-secret');
  });
});

describe('a put is refused', () => {
  test.each<[string, Partial<PutParameterCommandInput>, code: string]>([
    ['without a type', { Type: undefined }, 'ValidationException'],
    ['with an unknown type', { Type: 'Number' as never }, 'ValidationException'],
    ['with an empty value', { Value: '' }, 'ValidationException'],
    ['with a value over 4 KB', { Value: 'x'.repeat(4097) }, 'ValidationException'],
    ['with a value over 8 KB', { Value: 'x'.repeat(8193), Tier: 'Advanced' }, 'ValidationException'],
    ['for a name of AWS', { Name: '/aws/x' }, 'ValidationException'],
    ['for a name of SSM', { Name: 'SSM-x' }, 'ValidationException'],
    ['for a name with a space', { Name: '/a b' }, 'ValidationException'],
    ['for a path without its first slash', { Name: 'a/b' }, 'ValidationException'],
    ['for a path of 16 levels', { Name: '/a'.repeat(16) }, 'HierarchyLevelLimitExceededException'],
    [
      'for a value that its pattern excludes',
      { AllowedPattern: '^\\d+$' },
      'ParameterPatternMismatchException',
    ],
    [
      'for tags with an overwrite',
      { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] },
      'ValidationException',
    ],
  ])('%s', async (_, input, code) => {
    expect(await refusal(put(input))).toMatch(new RegExp(`^400 ${code}: `));
  });

  test('for another type than before', async () => {
    await put();
    expect(await refusal(put({ Type: 'SecureString', Overwrite: true }))).toMatch(
      /^400 HierarchyTypeMismatchException: /,
    );
  });

  test('and taken at the limits', async () => {
    expect(await put({ Value: 'x'.repeat(4096) })).toMatchObject({ Tier: 'Standard' });
    const large = { Name: '/a'.repeat(15), Value: 'x'.repeat(4097), Tier: 'Intelligent-Tiering' } as const;
    expect(await put(large)).toMatchObject({ Tier: 'Advanced' });
  });
});

test('faults hit Parameter Store, too', async () => {
  const outcomes: string[] = [];
  for (const effect of ['throttle', 'error', 'forbid', 'drop', 'lostReply'] as const) {
    await shop.arm({ match: 'PutParameter', effect });
    outcomes.push((await refusal(put({ Name: `/${effect}` }))).replace(/: .*/s, ''));
  }
  expect(outcomes.slice(0, 3)).toEqual([
    '400 ThrottlingException',
    '500 InternalServerError',
    '400 AccessDeniedException',
  ]);
  const { Parameters } = await ssm.send(
    new GetParametersCommand({ Names: ['/throttle', '/error', '/forbid', '/drop', '/lostReply'] }),
  );
  expect(Parameters?.map(({ Name }) => Name)).toEqual(['/lostReply']);
  await shop.arm({ match: 'PutParameter', effect: 'propagation', delayMs: 500 });
  await put();
  expect(await refusal(get())).toMatch(/^400 ParameterNotFound: /);
  shop.clock.now += 500;
  expect((await get())?.Value).toBe('v');
});

describe('a session', () => {
  const session = async () => clientOf((await shop.assume(await shop.issuer.token())).Credentials);

  test('is held to its role’s policies', async () => {
    const client = await session();
    await put();
    expect(await refusal(get(NAME, false, client))).toMatch(/^400 AccessDeniedException: /);
    await shop.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'shop',
        PolicyName: 'p',
        PolicyDocument: policy(
          allow('ssm:GetParameter', `arn:aws:ssm:eu-central-1:${ACCOUNT}:parameter/rolewright/prod/*`),
        ),
      }),
    );
    expect((await get(NAME, false, client))?.Value).toBe('v');
    expect(await refusal(get('/other', false, client))).toMatch(/^400 AccessDeniedException: /);
    expect(await refusal(put({ Overwrite: true }, client))).toMatch(/^400 AccessDeniedException: /);
  });

  test('may be kept from overwriting', async () => {
    await shop.iam.send(new AttachRolePolicyCommand({ RoleName: 'shop', PolicyArn: ADMINISTRATOR_ARN }));
    const deny = { Effect: 'Deny', Action: 'ssm:PutParameter', Resource: '*' };
    await shop.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'shop',
        PolicyName: 'p',
        PolicyDocument: policy({ ...deny, Condition: { StringEquals: { 'ssm:Overwrite': 'true' } } }),
      }),
    );
    const client = await session();
    expect(await refusal(put({}, client))).toBe('accepted');
    expect(await refusal(put({ Overwrite: true }, client))).toMatch(/^400 AccessDeniedException: /);
  });

  test('needs its own secret', async () => {
    const own = (await shop.assume(await shop.issuer.token())).Credentials;
    const forged = clientOf({ ...own, SecretAccessKey: 'secret' } as Credentials);
    expect(await refusal(get(NAME, false, forged))).toMatch(/^400 InvalidSignatureException: /);
    const unknown = clientOf({ AccessKeyId: 'ASIAABCDEFGHIJKLMNOP', SecretAccessKey: 'x' } as Credentials);
    expect(await refusal(get(NAME, false, unknown))).toMatch(/^400 UnrecognizedClientException: /);
  });
});

test('the JSON protocol refuses what it does not know', async () => {
  const send = async (target: string, body: string) => {
    const answer = await fetch(shop.sandbox.url, {
      method: 'POST',
      headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
      body,
    });
    return [answer.status, ((await answer.json()) as { __type: string }).__type];
  };
  expect(await send('AmazonSSM.Nothing', '{}')).toEqual([400, 'UnknownOperationException']);
  expect(await send('Other.GetParameter', '{}')).toEqual([400, 'UnknownOperationException']);
  for (const body of ['{', '[]', 'false', '0', '']) {
    expect(await send('AmazonSSM.GetParameter', body)).toEqual([400, 'SerializationException']);
  }
  expect(await send('AmazonSSM.GetParameter', '{}')).toEqual([400, 'MissingAuthenticationTokenException']);
});
