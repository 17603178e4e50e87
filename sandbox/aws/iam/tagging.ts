import { readInput, TAG_KEY } from '../protocol/input.ts';
import { readPage } from '../protocol/paging.ts';
import { ARN, ROLE_NAME } from '../protocol/rules.ts';
import type { Action } from '../world.ts';
import {
  providerToChange,
  roleToChange,
  seenProvider,
  seenRole,
  writeProvider,
  writeRole,
} from './entities.ts';
import { tagXml, withoutTags, withTags } from './tags.ts';

const tagRole: Action = (call) => {
  const input = readInput(call.parameters);
  const name = input.text('RoleName', ROLE_NAME);
  const tags = input.requiredTags();
  input.check();
  const role = roleToChange(call.world, name);
  writeRole(call, { ...role, tags: withTags(role.tags, tags) });
  return undefined;
};

const untagRole: Action = (call) => {
  const input = readInput(call.parameters);
  const name = input.text('RoleName', ROLE_NAME);
  const keys = input.requiredTexts('TagKeys', TAG_KEY);
  input.check();
  const role = roleToChange(call.world, name);
  writeRole(call, { ...role, tags: withoutTags(role.tags, keys) });
  return undefined;
};

const listRoleTags: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const name = input.text('RoleName', ROLE_NAME);
  const page = readPage(input);
  input.check();
  return page(seenRole(world, name).tags, { keyOf: (tag) => tag.key, listName: 'Tags', toXml: tagXml });
};

const tagProvider: Action = (call) => {
  const input = readInput(call.parameters);
  const arn = input.text('OpenIDConnectProviderArn', ARN);
  const tags = input.requiredTags();
  input.check();
  const provider = providerToChange(call.world, arn);
  writeProvider(call, { ...provider, tags: withTags(provider.tags, tags) });
  return undefined;
};

const untagProvider: Action = (call) => {
  const input = readInput(call.parameters);
  const arn = input.text('OpenIDConnectProviderArn', ARN);
  const keys = input.requiredTexts('TagKeys', TAG_KEY);
  input.check();
  const provider = providerToChange(call.world, arn);
  writeProvider(call, { ...provider, tags: withoutTags(provider.tags, keys) });
  return undefined;
};

const listProviderTags: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const arn = input.text('OpenIDConnectProviderArn', ARN);
  const page = readPage(input);
  input.check();
  return page(seenProvider(world, arn).tags, { keyOf: (tag) => tag.key, listName: 'Tags', toXml: tagXml });
};

export const taggingActions = {
  TagRole: tagRole,
  UntagRole: untagRole,
  ListRoleTags: listRoleTags,
  TagOpenIDConnectProvider: tagProvider,
  UntagOpenIDConnectProvider: untagProvider,
  ListOpenIDConnectProviderTags: listProviderTags,
};
