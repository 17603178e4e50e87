import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkGuardrails } from '../../domain/guardrails/guardrails.ts';
import { auditableGuardrails, type GuardrailId } from '../../domain/guardrails/rules.ts';
import type {
  ConditionBlock,
  PermissionsPolicy,
  PermissionsStatement,
} from '../../domain/policy/document.ts';
import { renderTrustPolicy } from '../../domain/trust/policy.ts';
import { conditionsHold, coversAction, coversResource } from '../../sandbox/aws/policy/evaluation.ts';
import { parsePolicy, type Statement } from '../../sandbox/aws/policy/grammar.ts';
import { type Context, covers } from '../../sandbox/aws/policy/pattern.ts';
import { runs } from '../support/domain/arbitraries.ts';
import { ACME, shop } from '../support/domain/samples.ts';
import { asAccountId } from '../support/identifiers.ts';

const ACCOUNT = asAccountId('111122223333');
const HERE = `eu-central-1:${ACCOUNT}`;
const trust = renderTrustPolicy({
  account: { id: ACCOUNT, partition: 'aws' },
  workspace: ACME,
  repositoryUuid: shop.uuid,
});

/** A request that a role of Rolewright must never be able to make. */
type Request = { action: string; resource: string; context?: Record<string, string[]> };

/** Whatever is audited: identities, roles at will, and what is Rolewright's own. */
const never: Request[] = [
  { action: 'iam:CreateUser', resource: `arn:aws:iam::${ACCOUNT}:user/eve` },
  { action: 'iam:PutRolePolicy', resource: `arn:aws:iam::${ACCOUNT}:role/rolewright/rw-shop` },
  {
    action: 'iam:DeleteRolePermissionsBoundary',
    resource: `arn:aws:iam::${ACCOUNT}:role/rolewright/rw-shop`,
  },
  {
    action: 'iam:PassRole',
    resource: `arn:aws:iam::${ACCOUNT}:role/admin`,
    context: { 'iam:passedtoservice': ['ec2.amazonaws.com'] },
  },
  { action: 'sts:AssumeRole', resource: `arn:aws:iam::${ACCOUNT}:role/rolewright/rw-shop` },
  { action: 'sts:GetFederationToken', resource: `arn:aws:sts::${ACCOUNT}:federated-user/eve` },
  {
    action: 'lambda:InvokeFunction',
    resource: `arn:aws:lambda:${HERE}:function:rolewright-prod-provisioner`,
  },
  { action: 'lambda:UpdateFunctionCode', resource: `arn:aws:lambda:${HERE}:function:rolewright-prod-worker` },
  { action: 'dynamodb:PutItem', resource: `arn:aws:dynamodb:${HERE}:table/rolewright-prod-events` },
  { action: 'dynamodb:PartiQLInsert', resource: `arn:aws:dynamodb:${HERE}:table/rolewright-prod-grants` },
  { action: 'ssm:GetParameter', resource: `arn:aws:ssm:${HERE}:parameter/rolewright/prod/bitbucket/acme` },
  { action: 'sqs:ReceiveMessage', resource: `arn:aws:sqs:${HERE}:rolewright-prod-failed-messages` },
  {
    action: 'secretsmanager:GetSecretValue',
    resource: `arn:aws:secretsmanager:${HERE}:secret:rolewright-x-AbCdEf`,
  },
  {
    action: 'cloudformation:ExecuteChangeSet',
    resource: `arn:aws:cloudformation:${HERE}:stack/rolewright-prod/1`,
  },
  { action: 's3:PutObject', resource: 'arn:aws:s3:::rolewright-prod-deployment/x.zip' },
];

/** While every guardrail is in force: what others own, and nobody names. */
const unnamed: Request[] = [
  {
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::payroll/2026.csv',
  },
  { action: 's3:GetObject', resource: `arn:aws:s3:${HERE}:accesspoint/payroll/object/x` },
  { action: 'sqs:SendMessage', resource: `arn:aws:sqs:${HERE}:payroll` },
  { action: 'dynamodb:GetItem', resource: `arn:aws:dynamodb:${HERE}:table/payroll` },
  { action: 'lambda:UpdateFunctionCode', resource: `arn:aws:lambda:${HERE}:function:payroll` },
  { action: 'ecr:PutImage', resource: `arn:aws:ecr:${HERE}:repository/payroll` },
  { action: 'ssm:GetParameter', resource: `arn:aws:ssm:${HERE}:parameter/payroll/key` },
  {
    action: 'secretsmanager:GetSecretValue',
    resource: `arn:aws:secretsmanager:${HERE}:secret:payroll-AbCdEf`,
  },
  {
    action: 'elasticloadbalancing:ModifyListener',
    resource: `arn:aws:elasticloadbalancing:${HERE}:listener/app/payroll/1/2`,
  },
  { action: 'ssm:SendCommand', resource: `arn:aws:ec2:${HERE}:instance/i-1` },
  { action: 'kms:Decrypt', resource: `arn:aws:kms:${HERE}:key/1` },
  { action: 'cloudtrail:StopLogging', resource: `arn:aws:cloudtrail:${HERE}:trail/all` },
  {
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::theirs/x',
    context: { 'aws:resourceaccount': ['999999999999'] },
  },
  { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-central-1:999999999999:theirs' },
];

/** A text of which something may have become a wildcard or a variable, and some letters of another case. */
const bent = (text: string, split: string): fc.Arbitrary<string> => {
  const parts = text.split(split);
  return fc
    .record({
      at: fc.nat(parts.length - 1),
      from: fc.nat(40),
      to: fc.nat(40),
      by: fc.constantFrom('', '*', '?', '*?', '**', '?*', '${aws:username}', '${*}', '-*', '/*'),
      flip: fc.nat(3),
      rest: fc.constantFrom('same', 'same', 'star', 'gone'),
    })
    .map(({ at, from, to, by, flip, rest }) => {
      const part = parts[at] ?? '';
      const [low, high] = [from % (part.length + 1), to % (part.length + 1)].sort((a, b) => a - b);
      const made = `${part.slice(0, low)}${by}${part.slice(high)}`;
      const behind = rest === 'same' ? parts.slice(at + 1) : rest === 'star' ? ['*'] : [];
      const whole = [...parts.slice(0, at), made, ...behind].join(split);
      return flip === 0 ? whole.toUpperCase() : flip === 1 ? whole.toLowerCase() : whole;
    });
};

const texts = fc.constantFrom(
  '*',
  ACCOUNT,
  '999999999999',
  'ec2.amazonaws.com',
  'ecs-tasks.amazonaws.com',
  '?',
  '',
  `arn:aws:iam::${ACCOUNT}:role/admin`,
);
const conditions: fc.Arbitrary<ConditionBlock> = fc.dictionary(
  fc.constantFrom(
    'StringEquals',
    'StringLike',
    'StringEqualsIfExists',
    'StringNotEquals',
    'ForAllValues:StringEquals',
    'ForAnyValue:StringLike',
    'ArnLike',
    'Null',
  ),
  fc.dictionary(
    fc.constantFrom(
      'aws:ResourceAccount',
      'AWS:RESOURCEACCOUNT',
      'iam:PassedToService',
      'IAM:passedtoservice',
      'aws:PrincipalArn',
      'aws:nothing',
    ),
    fc.oneof(texts, fc.array(texts, { maxLength: 2 })),
    { maxKeys: 2 },
  ),
  { maxKeys: 2 },
);

const oneOrTwo = { minLength: 1, maxLength: 2 };

/** Policies that aim at a request: mostly sound ones in which one thing is off, else anything. */
const aimedAt = ({ action, resource }: Request): fc.Arbitrary<PermissionsPolicy> => {
  const near = fc.oneof(bent(resource, ':'), bent(resource, '/'));
  const sound = fc.record({
    Action: fc.constant<string[]>([action]),
    Resource: near.map((one) => [one]),
    Condition: fc.constant<ConditionBlock>({ StringEquals: { 'aws:ResourceAccount': ACCOUNT } }),
  });
  const any = fc.record({
    Action: fc.array(fc.oneof(bent(action, ':'), fc.constantFrom(action, 's3:PutObject', '*')), oneOrTwo),
    Resource: fc.array(fc.oneof(near, fc.constantFrom(resource, '*')), oneOrTwo),
    Condition: conditions,
  });
  return fc.array(fc.oneof(sound, any), oneOrTwo).map((statements) => ({
    Version: '2012-10-17',
    Statement: statements.map((one, n): PermissionsStatement => ({ Sid: `S${n}`, Effect: 'Allow', ...one })),
  }));
};

/** Whether a statement may reach a resource: as the stand-in for IAM reads it, or where wildcards reach over colons, as AWS
 *  says of a `*` at the end of an ARN's part. */
const reaches = (statement: Statement, resource: string, variables: Context): boolean =>
  coversResource(statement, resource, variables) ||
  statement.resources.some((pattern) => covers(pattern, resource, { wildcards: true, variables }));

/** Whether a policy lets a request through, as the stand-in for IAM reads it. */
function permits(policy: PermissionsPolicy, { action, resource, context = {} }: Request): boolean {
  const given = new Map(
    Object.entries({ 'aws:username': ['eve'], 'aws:resourceaccount': [ACCOUNT], ...context }),
  );
  try {
    return parsePolicy(JSON.stringify(policy), 'identity').some(
      (statement) =>
        coversAction(statement, action) &&
        reaches(statement, resource, given) &&
        conditionsHold(statement, given),
    );
  } catch {
    return false; // IAM refuses the document.
  }
}

const passes = (policy: PermissionsPolicy, audit: readonly GuardrailId[]) =>
  checkGuardrails(policy, trust, { accountId: ACCOUNT, audit, deny: [], service: undefined }).ok;

test.each(never)(
  'whatever the policy and however much is audited, none gives $action on $resource',
  (request) => {
    let reached = 0;
    fc.assert(
      fc.property(aimedAt(request), (policy) => {
        if (!permits(policy, request)) return;
        reached += 1;
        const named = policy.Statement.some(({ Resource }) => Resource.includes(request.resource));
        // An exact role to an exact service is for the boundary and for ownership to judge.
        if (named && request.action === 'iam:PassRole') return;
        expect(passes(policy, auditableGuardrails)).toBe(false);
      }),
      runs(1000),
    );
    expect(reached).toBeGreaterThan(5);
  },
);

test.each(unnamed)('a policy that passes and gives $action on $resource names it', (request) => {
  const name = /payroll/.exec(request.resource)?.[0];
  let reached = 0;
  fc.assert(
    fc.property(aimedAt(request), (policy) => {
      if (!permits(policy, request)) return;
      reached += 1;
      if (!passes(policy, [])) return;
      const giving = policy.Statement.flatMap((one) =>
        one.Resource.filter((resource) =>
          permits({ ...policy, Statement: [{ ...one, Resource: [resource] }] }, request),
        ),
      );
      expect(giving.filter((resource) => name === undefined || !resource.includes(name))).toEqual([]);
    }),
    runs(1000),
  );
  expect(reached).toBeGreaterThan(5);
});
