import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  type CreateOpenIDConnectProviderCommandInput,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AUDIENCE,
  CONDITION_PREFIX,
  ISSUER,
  PROVIDER_ARN,
  refusal,
  START,
  startWorld,
  type TestWorld,
} from '../world.ts';

const OpenIDConnectProviderArn = PROVIDER_ARN;

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const create = (input: Partial<CreateOpenIDConnectProviderCommandInput> = {}) =>
  world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE], ...input }));
const get = () => world.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
const add = (ClientID: string) =>
  world.iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
const removeClient = (ClientID: string) =>
  world.iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
const updateThumbprints = (ThumbprintList: string[]) =>
  world.iam.send(
    new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList }),
  );
const clients = (count: number) => Array.from({ length: count }, (_, i) => `client-${i}`);

describe('an OIDC provider', () => {
  test('is created under the ARN of its URL and read without https://', async () => {
    const Tags = [{ Key: 'owner', Value: 'rolewright' }];
    expect(await create({ Tags })).toMatchObject({ OpenIDConnectProviderArn, Tags });
    const provider = await get();
    expect(provider).toMatchObject({
      Url: CONDITION_PREFIX,
      ClientIDList: [AUDIENCE],
      CreateDate: new Date(START),
      Tags,
    });
  });

  test('gets a thumbprint when none is given, and keeps those given', async () => {
    await create();
    expect((await get()).ThumbprintList).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)]);
    await updateThumbprints(['a'.repeat(40), 'B'.repeat(40)]);
    expect((await get()).ThumbprintList).toEqual(['a'.repeat(40), 'B'.repeat(40)]);
    expect(await refusal(updateThumbprints(['a'.repeat(39)]))).toMatch(/^400 ValidationError/);
    expect(await refusal(updateThumbprints(Array(6).fill('a'.repeat(40))))).toMatch(/^400 ValidationError/);
  });

  test('is one per URL', async () => {
    await create();
    expect(await refusal(create())).toBe(
      `409 EntityAlreadyExists: Provider with url ${ISSUER} already exists.`,
    );
  });

  test('is created once when two ask at the same time', async () => {
    const answers = await Promise.all([refusal(create()), refusal(create())]);
    expect(answers.sort()).toEqual([expect.stringMatching(/^409 EntityAlreadyExists/), 'accepted']);
  });

  test('is listed by its ARN', async () => {
    const list = async () =>
      (await world.iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList;
    expect(await list()).toEqual([]);
    await create();
    expect(await list()).toEqual([{ Arn: PROVIDER_ARN }]);
  });

  test('is deleted without error, also when it is not there', async () => {
    await create();
    const remove = () => world.iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    expect(await refusal(remove())).toBe('accepted');
    expect(await refusal(remove())).toBe('accepted');
    const message = `404 NoSuchEntity: OpenIDConnect Provider not found for arn ${PROVIDER_ARN}`;
    for (const call of [get(), add('x'), removeClient('x'), updateThumbprints(['a'.repeat(40)])]) {
      expect(await refusal(call)).toBe(message);
    }
  });

  test.each([
    ['plain http', 'http://issuer.example'],
    ['a query', 'https://issuer.example/a?b=c'],
    ['a fragment', 'https://issuer.example/a#b'],
    ['a port', 'https://issuer.example:8443/a'],
    ['the default port', 'https://issuer.example:443/a'],
    ['a user', 'https://user@issuer.example'],
    ['no URL', 'issuer'],
  ])('has no URL with %s', async (_, Url) => {
    expect(await refusal(create({ Url }))).toBe('400 InvalidInput: Invalid Open ID Connect Provider URL');
  });
});

describe('the issuer of an OIDC provider', () => {
  test('must be reachable when the provider is created', async () => {
    expect(await refusal(create({ Url: 'https://issuer.example' }))).toMatch(
      /^400 OpenIdIdpCommunicationError/,
    );
  });

  test.each([404, 500])('must not answer %d to discovery', async (status) => {
    world.issuer.status = status;
    expect(await refusal(create())).toMatch(/^400 OpenIdIdpCommunicationError/);
    world.issuer.status = 200;
    expect(await refusal(create())).toBe('accepted');
  });

  test('must not refuse the connection', async () => {
    await world.issuer.close();
    expect(await refusal(create())).toMatch(/^400 OpenIdIdpCommunicationError/);
  });
});

describe('client ids', () => {
  test('are at most 100', async () => {
    expect(await refusal(create({ ClientIDList: clients(101) }))).toMatch(/^409 LimitExceeded/);
    await create({ ClientIDList: clients(99) });
    await add('last');
    expect(await refusal(add('one more'))).toMatch(/^409 LimitExceeded/);
    expect(await refusal(add('last'))).toBe('accepted');
    expect((await get()).ClientIDList).toHaveLength(100);
  });

  test('have at most 255 characters', async () => {
    expect(await refusal(create({ ClientIDList: ['c'.repeat(256)] }))).toMatch(/^400 ValidationError/);
    expect(await refusal(create({ ClientIDList: ['c'.repeat(255)] }))).toBe('accepted');
    expect(await refusal(add('d'.repeat(256)))).toMatch(/^400 ValidationError/);
  });

  test('are removed without error, also when they are not there', async () => {
    await create({ ClientIDList: ['a', 'b'] });
    await removeClient('a');
    await removeClient('a');
    expect((await get()).ClientIDList).toEqual(['b']);
  });

  test('may be none at all', async () => {
    await create({ ClientIDList: [] });
    expect((await get()).ClientIDList).toEqual([]);
  });
});
