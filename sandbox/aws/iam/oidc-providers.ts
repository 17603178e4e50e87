import { createHash } from 'node:crypto';
import { AwsError, alreadyExists, invalidInput, limitExceeded } from '../protocol/error.ts';
import { readInput } from '../protocol/input.ts';
import { ARN, CLIENT_ID, PROVIDER_URL, QUOTA, THUMBPRINT } from '../protocol/rules.ts';
import type { Action, World } from '../world.ts';
import { providerToChange, seenProvider, writeProvider } from './entities.ts';
import { checkedTags, tagXml } from './tags.ts';

/** How long IAM waits for an issuer's discovery, in milliseconds. */
const DISCOVERY_TIMEOUT_MS = 5000;

/** The ARN of the provider of an issuer in this account. */
export const providerArn = (world: World, issuer: string): string =>
  `arn:${world.partition}:iam::${world.accountId}:oidc-provider/${issuer.replace(/^https:\/\//, '')}`;

const createProvider: Action = async (call) => {
  const { world } = call;
  const input = readInput(call.parameters);
  const url = input.text('Url', PROVIDER_URL);
  const clientIds = [...new Set(input.texts('ClientIDList', CLIENT_ID))];
  const thumbprints = input.texts('ThumbprintList', THUMBPRINT, QUOTA.thumbprints);
  const tags = input.tags();
  input.check();
  checkedTags(tags);
  checkUrl(url);
  if (clientIds.length > QUOTA.clientIds) {
    throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${QUOTA.clientIds}`);
  }
  const arn = providerArn(world, url);
  const checkRoom = () => {
    if (world.state.providers.latest(arn)) throw alreadyExists(`Provider with url ${url} already exists.`);
    if (world.state.providers.allLatest().length >= QUOTA.providers) {
      throw limitExceeded(`Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${QUOTA.providers}`);
    }
  };
  checkRoom();
  await discover(world, url);
  checkRoom();
  writeProvider(call, {
    arn,
    url,
    createdAt: world.now(),
    clientIds,
    thumbprints: thumbprints.length > 0 ? thumbprints : [computedThumbprint(url)],
    tags,
  });
  return { OpenIDConnectProviderArn: arn, Tags: tags.length > 0 ? tags.map(tagXml) : undefined };
};

function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const authority = url.slice('https://'.length).split('/')[0] ?? '';
  if (
    parsed?.protocol !== 'https:' ||
    !url.startsWith('https://') ||
    /[?#@\s]/.test(url) ||
    authority.includes(':')
  ) {
    throw invalidInput('Invalid Open ID Connect Provider URL');
  }
}

async function discover(world: World, url: string): Promise<void> {
  const unreachable = new AwsError(
    400,
    'OpenIdIdpCommunicationError',
    `Unable to communicate with the OpenID Connect identity provider at ${url}.`,
  );
  const real = world.resolveIssuer(url);
  if (real === undefined) throw unreachable;
  const answer = await fetch(`${real}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
  }).catch(() => undefined);
  await answer?.body?.cancel();
  if (answer?.status !== 200) throw unreachable;
}

/** Replaces the certificate authority's thumbprint that IAM looks up if none is given. */
const computedThumbprint = (url: string) => createHash('sha1').update(new URL(url).host).digest('hex');

const getProvider: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const arn = input.text('OpenIDConnectProviderArn', ARN);
  input.check();
  const provider = seenProvider(world, arn);
  return {
    Url: provider.url.replace(/^https:\/\//, ''),
    ClientIDList: provider.clientIds,
    ThumbprintList: provider.thumbprints,
    CreateDate: new Date(provider.createdAt),
    Tags: provider.tags.length > 0 ? provider.tags.map(tagXml) : undefined,
  };
};

const listProviders: Action = ({ world }) => ({
  OpenIDConnectProviderList: world.state.providers.allSeen().map(({ arn }) => ({ Arn: arn })),
});

/** Idempotent: deleting a missing provider is no error. */
const deleteProvider: Action = ({ world, parameters, visibleFrom }) => {
  const input = readInput(parameters);
  const arn = input.text('OpenIDConnectProviderArn', ARN);
  input.check();
  if (world.state.providers.latest(arn)) world.state.providers.write(arn, undefined, visibleFrom);
  return undefined;
};

const addClientId: Action = (call) => {
  const input = readInput(call.parameters);
  const arn = input.text('OpenIDConnectProviderArn', ARN);
  const clientId = input.text('ClientID', CLIENT_ID);
  input.check();
  const provider = providerToChange(call.world, arn);
  if (provider.clientIds.includes(clientId)) return undefined;
  if (provider.clientIds.length >= QUOTA.clientIds) {
    throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${QUOTA.clientIds}`);
  }
  writeProvider(call, { ...provider, clientIds: [...provider.clientIds, clientId] });
  return undefined;
};

/** Idempotent: removing a missing client id is no error. */
const removeClientId: Action = (call) => {
  const input = readInput(call.parameters);
  const arn = input.text('OpenIDConnectProviderArn', ARN);
  const clientId = input.text('ClientID', CLIENT_ID);
  input.check();
  const provider = providerToChange(call.world, arn);
  writeProvider(call, { ...provider, clientIds: provider.clientIds.filter((id) => id !== clientId) });
  return undefined;
};

const updateThumbprint: Action = (call) => {
  const input = readInput(call.parameters);
  const arn = input.text('OpenIDConnectProviderArn', ARN);
  const thumbprints = input.requiredTexts('ThumbprintList', THUMBPRINT, QUOTA.thumbprints);
  input.check();
  writeProvider(call, { ...providerToChange(call.world, arn), thumbprints });
  return undefined;
};

export const oidcProviderActions = {
  CreateOpenIDConnectProvider: createProvider,
  GetOpenIDConnectProvider: getProvider,
  ListOpenIDConnectProviders: listProviders,
  DeleteOpenIDConnectProvider: deleteProvider,
  AddClientIDToOpenIDConnectProvider: addClientId,
  RemoveClientIDFromOpenIDConnectProvider: removeClientId,
  UpdateOpenIDConnectProviderThumbprint: updateThumbprint,
};
