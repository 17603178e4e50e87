import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Node, parse, type YAMLSeq } from 'yaml';
import {
  conditionsHold,
  coversAction,
  coversResource,
  type Verdict,
  verdictOf,
} from '../../../sandbox/aws/policy/evaluation.ts';
import { type Statement as ParsedStatement, parsePolicy } from '../../../sandbox/aws/policy/grammar.ts';
import type { Context } from '../../../sandbox/aws/policy/pattern.ts';

/** Where the repository is. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A file of the repository as text. */
export const textOf = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** What the variables of CloudFormation stand for in tests. */
export const CLOUD: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '111122223333',
  'AWS::Region': 'eu-central-1',
  'self:service': 'rolewright',
  'sls:stage': 'test',
  'self:custom.stageSettings.boundary': 'rolewright-boundary',
  'self:custom.stageSettings.rolePath': '/rolewright/',
  'self:custom.stageSettings.own.names': '*rolewright-',
  'self:custom.stageSettings.own.roles': '/*rolewright-*',
  'self:custom.stageSettings.apiUrl': '',
  'self:custom.stageSettings.hubRoles': 'rolewright-',
  HubRoles: 'rolewright-',
  HubAccount: '111122223333',
  Stage: 'test',
  OrganizationId: 'o-sandbox0001',
  ExternalId: 'external-id',
  BoundaryName: 'rolewright-boundary',
  RolePath: '/rolewright/',
  RoleName: 'rolewright-spoke',
  'FailedMessages.Arn': 'arn:aws:sqs:eu-central-1:111122223333:rolewright-test-failed-messages',
};

/** What the lists stand for that are no text: the parameters of a spoke, and the roles that a build reads from the settings. */
const LISTS: Record<string, string[]> = {
  'self:custom.providers': [
    'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
  ],
  'self:custom.alarmActions': ['arn:aws:sns:eu-central-1:111122223333:operations'],
  'self:custom.spokeRoles': ['arn:aws:iam::444455556666:role/rolewright-spoke'],
  'self:custom.readingRoles': ['arn:aws:iam::444455556666:role/rolewright-spoke-reader'],
  'self:custom.roleTagKeys': ['rolewright:*'],
  TagKeys: ['rolewright:*'],
  ProviderArns: [
    'arn:aws:iam::*:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
  ],
};

type Statement = {
  Sid: string;
  Effect: string;
  Action: string[];
  Resource: string | string[];
  Condition?: object;
};

/** A policy as it is deployed. */
export type DeployedPolicy = { Version: string; Statement: Statement[] };

type Resource = { Type: string; DeletionPolicy?: string; Properties: Record<string, unknown> };

type ServerlessFunction = {
  handler: string;
  name: string;
  role?: string;
  maximumRetryAttempts?: number;
  destinations?: object;
  timeout?: number;
  url?: unknown;
  events?: (Record<string, unknown> | string)[];
};

type Serverless = {
  custom: Record<string, unknown>;
  provider: Record<string, unknown>;
  functions: Record<string, ServerlessFunction>;
};

const read = (path: string): unknown =>
  parse(textOf(path), {
    customTags: [
      { tag: '!Sub', resolve: (text: string) => text },
      { tag: '!Ref', resolve: (name: string) => `\${${name}}` },
      { tag: '!GetAtt', resolve: (name: string) => `\${${name}}` },
      // No condition holds: the lists of roles are empty.
      { tag: '!If', collection: 'seq', resolve: (branches) => (branches as YAMLSeq).items[2] as Node },
      ...['!Not', '!Equals', '!Join'].map((tag) => ({
        tag,
        collection: 'seq' as const,
        resolve: (items: Node) => items,
      })),
    ],
  });

/** `serverless.yml` as it stands. */
export const serverless = read('serverless.yml') as Serverless;

/** Fills variables until none is left that is known. */
function fill(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fill);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  }
  if (typeof value !== 'string') return value;
  const whole = /^\$\{([^{}]+)\}$/.exec(value)?.[1] ?? '';
  const list = LISTS[whole] ?? serverless.custom[whole.replace('self:custom.', '')];
  if (Array.isArray(list)) return fill(list);
  const filled = value.replace(/\$\{([^{}]+)\}/g, (all, name: string) => {
    if (name in CLOUD) return CLOUD[name] ?? all;
    if (name.startsWith('self:custom.')) return String(serverless.custom[name.slice(12)]);
    return /, '([^']*)'$/.exec(name)?.[1] ?? all;
  });
  return filled === value ? value : fill(filled);
}

/** The resources of one file of `infrastructure/`, with the names of an account. */
export const resourcesOf = (file: string): Record<string, Resource> =>
  (fill(read(`infrastructure/${file}`)) as { Resources: Record<string, Resource> }).Resources;

/** The one policy of each function's role. */
export const rolePolicies = (): Record<string, DeployedPolicy> =>
  Object.fromEntries(
    Object.entries(resourcesOf('roles.yml')).map(([name, { Properties }]) => {
      const policies = Properties.Policies as { PolicyDocument: DeployedPolicy }[];
      return [
        name,
        { Version: '2012-10-17', Statement: policies.flatMap((policy) => policy.PolicyDocument.Statement) },
      ];
    }),
  );

/** The functions with their variables filled. */
export const functions = (): Record<string, ServerlessFunction> =>
  fill(serverless.functions) as Record<string, ServerlessFunction>;

const parsed = new WeakMap<object, ParsedStatement[]>();

/** A policy as the sandbox reads it, read once: whoever changes a policy makes another object. */
function parsedOnce(policy: object): ParsedStatement[] {
  const known = parsed.get(policy) ?? parsePolicy(JSON.stringify(policy), 'identity');
  parsed.set(policy, known);
  return known;
}

/** What a policy says about one request. */
export function verdict(
  policy: object,
  action: string,
  resource: string,
  keys: Record<string, string> = {},
): Verdict {
  const context: Context = new Map(
    Object.entries(keys).map(([key, value]) => [key.toLowerCase(), [value]] as const),
  );
  return verdictOf(
    parsedOnce(policy),
    (statement) =>
      coversAction(statement, action) &&
      coversResource(statement, resource, context) &&
      conditionsHold(statement, context),
  );
}
