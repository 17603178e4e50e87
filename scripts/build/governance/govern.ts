import { StartFailure } from '../../../adapters/settings/start-failure.ts';
import type { Governance } from './parameters.ts';

type Statement = {
  Sid?: string;
  Effect: string;
  Action?: string | string[];
  Resource?: unknown;
  Condition?: object;
};

type Resource = { Type: string; DependsOn?: string[]; Properties?: Record<string, unknown> };

/** The part of a template that is governed. */
export type Template = {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Description?: string; Value: unknown }>;
};

type Policy = { PolicyDocument: { Statement: Statement[] } };

/** The services through which a role uses the key, by the calls that it makes. SSM decrypts a parameter and DynamoDB a table's key
 *  with the caller's rights. Sources: KMS Developer Guide, kms:ViaService; DynamoDB Developer Guide, Encryption at rest usage
 *  notes; Systems Manager User Guide, How Parameter Store uses KMS. */
const DECRYPTS_THROUGH: Record<string, string> = { dynamodb: 'dynamodb', ssm: 'ssm' };

/** Puts what the organisation asks for on the resources of a template, in place: boundary, path, names and tags on every role,
 *  and the key on tables, queues and logs, with the right to use it for the roles that need it and none for granted roles. */
export function govern(template: Template, governance: Governance, installation: string): void {
  const { key } = governance;
  reserve(template, governance, installation);
  for (const [id, resource] of Object.entries(template.Resources)) {
    const { Type } = resource;
    resource.Properties ??= {};
    const properties = resource.Properties;
    if (Type === 'AWS::IAM::Role')
      Object.assign(
        properties,
        ofRole(properties, governance, `${installation}-${id.replace(/Role$/, '').toLowerCase()}`),
      );
    if (key === undefined) continue;
    if (Type === 'AWS::IAM::Role') useKey(properties, key);
    if (id === 'Boundary') closeKey(properties, key);
    encrypt(Type, properties, key);
  }
}

/** Reserves shares of the account's concurrency. Throws for a function that is not there: a share that nothing has would be missed
 *  in a flood. */
function reserve({ Resources }: Template, { reserved }: Governance, installation: string): void {
  for (const [name, count] of reserved) {
    const found = Object.values(Resources).find(
      ({ Type, Properties }) =>
        Type === 'AWS::Lambda::Function' && Properties?.FunctionName === `${installation}-${name}`,
    );
    if (!found) throw new StartFailure([`--param reservedConcurrency: there is no function ${name}`]);
    found.Properties = { ...found.Properties, ReservedConcurrentExecutions: count };
  }
}

/** What a role gets. One without a name of its own has one as soon as names begin with something. */
function ofRole(
  properties: Record<string, unknown>,
  { boundary, path, prefix, tags }: Governance,
  otherwise: string,
): Record<string, unknown> {
  const { RoleName: name = otherwise } = properties;
  return {
    ...(boundary ? { PermissionsBoundary: boundary } : {}),
    ...(path === '/' ? {} : { Path: path }),
    ...(prefix === '' ? {} : { RoleName: `${prefix}${name}` }),
    ...(Object.keys(tags).length > 0
      ? { Tags: Object.entries(tags).map((tag) => ({ Key: tag[0], Value: tag[1] })) }
      : {}),
  };
}

function encrypt(type: string, properties: Record<string, unknown>, key: string): void {
  if (type === 'AWS::DynamoDB::Table') {
    properties.SSESpecification = { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key };
  }
  if (type === 'AWS::Logs::LogGroup') properties.KmsKeyId = key;
  if (type === 'AWS::SQS::Queue') {
    delete properties.SqsManagedSseEnabled;
    properties.KmsMasterKeyId = key;
  }
}

/** Lets a role use the key through the services that it calls, and in no other way. */
function useKey(properties: Record<string, unknown>, key: string): void {
  const [policy] = (properties.Policies ?? []) as Policy[];
  if (!policy) return;
  const { Statement: statements } = policy.PolicyDocument;
  const actions = statements.flatMap(({ Effect, Action = [] }) =>
    Effect === 'Allow' ? [Action].flat() : [],
  );
  const services = new Set(actions.flatMap((action) => DECRYPTS_THROUGH[action.split(':')[0] ?? ''] ?? []));
  if (services.size > 0) {
    statements.push(
      through([...services].sort(), { Sid: 'DecryptByTheKey', Action: ['kms:Decrypt'], Resource: key }),
    );
  }
  // SQS has the sender make the data key. Source: SQS Developer Guide, Key management.
  if (actions.includes('sqs:SendMessage')) {
    statements.push(
      through(['sqs'], {
        Sid: 'SendByTheKey',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: key,
      }),
    );
  }
}

const through = (
  services: readonly string[],
  statement: { Sid: string; Action: string[]; Resource: string },
): Statement => ({
  ...statement,
  Effect: 'Allow',
  Condition: {
    StringEquals: {
      'kms:ViaService': services.map((service) => ({
        'Fn::Sub': `${service}.\${AWS::Region}.\${AWS::URLSuffix}`,
      })),
    },
  },
});

/** No granted role uses the key, whatever it is used for. */
function closeKey(properties: Record<string, unknown>, key: string): void {
  const { Statement: statements } = properties.PolicyDocument as Policy['PolicyDocument'];
  const own = statements.find(({ Sid }) => Sid === 'NothingOfRolewright');
  if (!own) throw new Error('the boundary closes what is Rolewright’s own');
  own.Resource = [...[own.Resource ?? []].flat(), key];
}
