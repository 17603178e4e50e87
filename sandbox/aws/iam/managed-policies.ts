import { parseManagedPolicy } from '../policy/grammar.ts';
import { alreadyExists, deleteConflict, limitExceeded, noSuchEntity } from '../protocol/error.ts';
import { readInput, type TextRule } from '../protocol/input.ts';
import { readPage } from '../protocol/paging.ts';
import { urlEncoded, type Xml } from '../protocol/query-protocol.ts';
import {
  ARN,
  countedLength,
  DESCRIPTION,
  DOCUMENT,
  PATH,
  PATH_PREFIX,
  POLICY_NAME,
  QUOTA,
  VERSION_ID,
} from '../protocol/rules.ts';
import type { ManagedPolicy } from '../state.ts';
import { type Action, newId, type World } from '../world.ts';
import { checkPolicyArn } from './entities.ts';
import { accountOfSeed, type SeedPolicy } from './seed.ts';
import { checkedTags, tagXml } from './tags.ts';

const everything = (effect: 'Allow' | 'Deny') => ({ Effect: effect, Action: '*', Resource: '*' });

/** The AWS managed policies that the sandbox has, by name. ReadOnlyAccess and PowerUserAccess are not modelled: they allow
 *  nothing. */
const AWS_MANAGED = new Map<string, object[]>([
  ['AdministratorAccess', [everything('Allow')]],
  ['AWSDenyAll', [everything('Deny')]],
  ['PowerUserAccess', []],
  ['ReadOnlyAccess', []],
]);

/** AWS's own policies are in the partition of the account. */
const awsManagedPrefix = ({ partition }: World): string => `arn:${partition}:iam::aws:policy/`;

/** The document of a managed policy; undefined if the policy does not exist. An AWS managed policy that is not modelled
 *  allows nothing. */
export function managedPolicyDocument(world: World, arn: string): string | undefined {
  const prefix = awsManagedPrefix(world);
  const statements = arn.startsWith(prefix) ? AWS_MANAGED.get(arn.slice(prefix.length)) : undefined;
  if (!statements) return world.state.policies.seen(arn)?.document;
  const nothing = { Effect: 'Allow', NotAction: '*', Resource: '*' };
  const Statement = statements.length > 0 ? statements : [nothing];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/** Throws InvalidInput for text that is not a policy's ARN, NoSuchEntity for a policy that does not exist. */
export function checkAttachable(world: World, arn: string, subject: 'Policy' | 'Scope ARN:'): void {
  checkPolicyArn(arn);
  if (managedPolicyDocument(world, arn) === undefined) {
    throw noSuchEntity(`${subject} ${arn} does not exist or is not attachable.`);
  }
}

/** Creates the missing policies. */
export function seedManagedPolicies(world: World, policies: readonly SeedPolicy[]): void {
  for (const { arn, document } of policies) {
    const { state } = accountOfSeed(world, arn);
    if (state.policies.latest(arn)) continue;
    const path = arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    state.policies.write(
      arn,
      newPolicy(world, { arn, name, path, document: JSON.stringify(document) }),
      world.now(),
    );
  }
}

const newPolicy = (
  world: World,
  policy: Pick<ManagedPolicy, 'arn' | 'name' | 'path' | 'document'>,
): ManagedPolicy => ({ ...policy, policyId: newId('ANPA', 17), createdAt: world.now(), tags: [] });

const createPolicy: Action = ({ world, parameters, visibleFrom }) => {
  const input = readInput(parameters);
  const name = input.text('PolicyName', POLICY_NAME);
  const document = input.text('PolicyDocument', DOCUMENT);
  const path = input.optionalText('Path', PATH) ?? '/';
  const description = input.optionalText('Description', DESCRIPTION);
  const tags = input.tags();
  input.check();
  checkedTags(tags);
  parseManagedPolicy(document);
  if (countedLength(document) > QUOTA.managedPolicyCharacters) {
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${QUOTA.managedPolicyCharacters}`);
  }
  const all = world.state.policies.allLatest();
  if (all.some((one) => one.name.toLowerCase() === name.toLowerCase())) {
    throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
  }
  if (all.length >= QUOTA.policies) {
    throw limitExceeded(`Cannot exceed quota for PoliciesPerAccount: ${QUOTA.policies}`);
  }
  const arn = `arn:${world.partition}:iam::${world.accountId}:policy${path}${name}`;
  const policy = {
    ...newPolicy(world, { arn, name, path, document }),
    ...(description === undefined ? {} : { description }),
    tags,
  };
  world.state.policies.write(arn, policy, visibleFrom);
  return { Policy: policyXml(world, policy) };
};

function knownPolicy(world: World, arn: string): ManagedPolicy {
  checkPolicyArn(arn);
  const policy = world.state.policies.seen(arn) ?? awsManaged(world).find((known) => known.arn === arn);
  if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
}

const getPolicy: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const arn = input.text('PolicyArn', ARN);
  input.check();
  const policy = knownPolicy(world, arn);
  return { Policy: { ...policyXml(world, policy), Description: policy.description } };
};

/** The one version that a policy has here. */
const ONLY_VERSION = 'v1';

const versionXml = ({ createdAt }: ManagedPolicy) => ({
  VersionId: ONLY_VERSION,
  IsDefaultVersion: true,
  CreateDate: new Date(createdAt),
});

const getPolicyVersion: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const arn = input.text('PolicyArn', ARN);
  const version = input.text('VersionId', VERSION_ID);
  input.check();
  const policy = knownPolicy(world, arn);
  if (version !== ONLY_VERSION) throw noSuchEntity(`Policy ${arn} version ${version} does not exist.`);
  return { PolicyVersion: { Document: urlEncoded(policy.document), ...versionXml(policy) } };
};

const listPolicyVersions: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const arn = input.text('PolicyArn', ARN);
  const page = readPage(input);
  input.check();
  return page([knownPolicy(world, arn)], {
    keyOf: (policy) => policy.arn,
    listName: 'Versions',
    toXml: versionXml,
  });
};

const oneOf = (...values: string[]): TextRule => ({
  pattern: new RegExp(`^(${values.join('|')})$`),
  shown: `[${values.join(', ')}]`,
});

const listPolicies: Action = ({ world, parameters }) => {
  const input = readInput(parameters);
  const scope = input.optionalText('Scope', oneOf('All', 'AWS', 'Local'));
  const onlyAttached = input.optionalText('OnlyAttached', oneOf('true', 'false')) === 'true';
  const usage = input.optionalText('PolicyUsageFilter', oneOf('PermissionsPolicy', 'PermissionsBoundary'));
  const prefix = input.optionalText('PathPrefix', PATH_PREFIX) ?? '/';
  const page = readPage(input);
  input.check();
  const policies = [
    ...(scope === 'AWS' ? [] : world.state.policies.allSeen()),
    ...(scope === 'Local' ? [] : awsManaged(world)),
  ];
  const matching = policies.filter(({ arn, path }) => {
    const { attached, bounding } = usesOf(world, arn);
    return (
      path.startsWith(prefix) &&
      (attached > 0 || !(onlyAttached || usage === 'PermissionsPolicy')) &&
      (bounding > 0 || usage !== 'PermissionsBoundary')
    );
  });
  return page(matching, {
    keyOf: (policy) => policy.arn,
    listName: 'Policies',
    toXml: (policy) => policyXml(world, policy),
  });
};

const deletePolicy: Action = ({ world, parameters, visibleFrom }) => {
  const input = readInput(parameters);
  const arn = input.text('PolicyArn', ARN);
  input.check();
  checkPolicyArn(arn);
  if (!world.state.policies.seen(arn) || !world.state.policies.latest(arn)) {
    throw noSuchEntity(`Policy ${arn} was not found.`);
  }
  const inUse = world.state.roles
    .allLatest()
    .some((role) => role.boundaryArn === arn || role.attachedPolicies.includes(arn));
  if (inUse) throw deleteConflict('Cannot delete a policy attached to entities.');
  world.state.policies.write(arn, undefined, visibleFrom);
  return undefined;
};

const awsManaged = (world: World): ManagedPolicy[] =>
  [...AWS_MANAGED.keys()].sort().map((name) => {
    const arn = `${awsManagedPrefix(world)}${name}`;
    return {
      arn,
      name,
      path: '/',
      policyId: `ANPA${name.toUpperCase().padEnd(17, 'A').slice(0, 17)}`,
      createdAt: 0,
      document: managedPolicyDocument(world, arn) ?? '',
      tags: [],
    };
  });

/** How many roles have the policy attached, and how many as their boundary. */
function usesOf(world: World, arn: string): { attached: number; bounding: number } {
  const roles = world.state.roles.allSeen();
  return {
    attached: roles.filter((role) => role.attachedPolicies.includes(arn)).length,
    bounding: roles.filter((role) => role.boundaryArn === arn).length,
  };
}

function policyXml(world: World, policy: ManagedPolicy): { [element: string]: Xml | undefined } {
  const { attached, bounding } = usesOf(world, policy.arn);
  return {
    PolicyName: policy.name,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: ONLY_VERSION,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: bounding,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.createdAt),
    Tags: policy.tags.length > 0 ? policy.tags.map(tagXml) : undefined,
  };
}

/** A policy as GetAccountAuthorizationDetails shows it: with the documents of its versions, and without its tags. */
export function managedPolicyDetailXml(world: World, policy: ManagedPolicy): Xml {
  const { Tags: _, ...xml } = policyXml(world, policy);
  const version = { Document: urlEncoded(policy.document), ...versionXml(policy) };
  return { ...xml, Description: policy.description, PolicyVersionList: [version] };
}

export const managedPolicyActions = {
  CreatePolicy: createPolicy,
  GetPolicy: getPolicy,
  GetPolicyVersion: getPolicyVersion,
  ListPolicyVersions: listPolicyVersions,
  ListPolicies: listPolicies,
  DeletePolicy: deletePolicy,
};
