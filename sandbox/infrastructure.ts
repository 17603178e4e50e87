import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { parse } from 'yaml';

/** The values of the variables of `serverless.yml` and CloudFormation in the sandbox. */
export type SandboxNames = { accountId: string; region: string; prefix: string; boundaryPolicy: string };

type Resource = { Properties: Record<string, unknown> };

/** Reads one file of `infrastructure/` with its variables filled in, so that the sandbox has the same tables and
 *  boundary as a deployment. */
function readResources(root: string, file: string, names: SandboxNames): Record<string, Resource> {
  const variables: Record<string, unknown> = {
    'AWS::AccountId': names.accountId,
    'AWS::Partition': 'aws',
    'AWS::Region': names.region,
    HttpApi: 'rolewright',
    'self:custom.prefix': names.prefix,
    'self:custom.eventsTable': `${names.prefix}-events`,
    'self:custom.checkpointsTable': `${names.prefix}-checkpoints`,
    'self:custom.grantsTable': `${names.prefix}-grants`,
    'self:custom.claimsTable': `${names.prefix}-claims`,
    'self:custom.boundary': names.boundaryPolicy,
  };
  for (const list of ['passableRoles', 'assumableRoles']) {
    variables[`self:custom.${list}`] = serverlessCustom(root)[list];
  }
  const text = readFileSync(join(root, 'infrastructure', file), 'utf8');
  return (fill(parseCloudFormation(text), variables) as { Resources: Record<string, Resource> }).Resources;
}

/** CloudFormation's short tags hold plain text here; the variables inside are filled in afterwards. */
const parseCloudFormation = (text: string): unknown =>
  parse(text, {
    customTags: ['!Sub', '!GetAtt', '!Ref'].map((tag) => ({ tag, resolve: (value: string) => value })),
  });

const serverlessCustom = (root: string): Record<string, unknown> =>
  (
    parseCloudFormation(readFileSync(join(root, 'serverless.yml'), 'utf8')) as {
      custom: Record<string, unknown>;
    }
  ).custom;

function fill(value: unknown, variables: Record<string, unknown>): unknown {
  if (typeof value === 'string') {
    const whole = /^\$\{([^{}]+)\}$/.exec(value)?.[1];
    const list = whole === undefined ? undefined : variables[whole];
    if (Array.isArray(list)) return fill(list, variables);
    return value.replace(/\$\{([^{}]+)\}/g, (all, name: string) => String(variables[name] ?? all));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, variables)]));
  }
  return value;
}

/** The tables of `infrastructure/tables.yml`, as DynamoDB's CreateTable takes them. */
export function tableDefinitions(root: string, names: SandboxNames): CreateTableCommandInput[] {
  return Object.values(readResources(root, 'tables.yml', names)).map(({ Properties: properties }) => {
    const { TableName, BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = properties;
    return {
      TableName,
      BillingMode,
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes,
    } as CreateTableCommandInput;
  });
}

/** The permissions boundary of `infrastructure/boundary.yml`. */
export function boundaryPolicy(root: string, names: SandboxNames): { arn: string; document: object } {
  const { Boundary: boundary } = readResources(root, 'boundary.yml', names);
  return {
    arn: `arn:aws:iam::${names.accountId}:policy/${names.boundaryPolicy}`,
    document: boundary?.Properties.PolicyDocument as object,
  };
}
