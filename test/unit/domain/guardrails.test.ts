import { describe, expect, test } from '@jest/globals';
import { checkGuardrails } from '../../../domain/guardrails.ts';
import { type PermissionsPolicy, policyText, type TrustPolicy } from '../../../domain/policy-document.ts';
import { renderTrustPolicy } from '../../../domain/trust-policy.ts';
import { ACME, codeOf, problemOf, shop } from '../../support/domain-samples.ts';

const trust = renderTrustPolicy({
  account: { id: '111122223333', partition: 'aws' },
  workspace: ACME,
  repositoryUuid: shop.uuid,
});

const policy = (actions: string[], resources: string[]): PermissionsPolicy => ({
  Version: '2012-10-17',
  Statement: [{ Sid: 'A', Effect: 'Allow', Action: actions, Resource: resources }],
});
const judged = (action: string, resource: string) =>
  codeOf(checkGuardrails(policy([action], [resource]), trust));
const LAMBDA = 'arn:aws:lambda:eu-central-1:111122223333';

describe('a permissions policy passes', () => {
  test.each([
    ['s3:PutObject', 'arn:aws:s3:::shop-site/*'],
    ['s3:PutObject', 'arn:aws:s3:::shop-site/${aws:PrincipalTag/team}/*'],
    ['s3:ListBucket', 'arn:aws:s3:::shop-site'],
    ['ecr:PutImage', 'arn:aws:ecr:eu-central-1:111122223333:repository/shop-api'],
    ['lambda:UpdateFunctionCode', `${LAMBDA}:function:shop`],
    ['lambda:UpdateFunctionCode', `${LAMBDA}:function:shop:*`],
    ['cloudfront:CreateInvalidation', 'arn:aws:cloudfront::111122223333:distribution/E1'],
    ['sqs:SendMessage', 'arn:aws-cn:sqs:cn-north-1:111122223333:shop-queue'],
    ['ecr:GetAuthorizationToken', '*'],
  ])('with %s on %s', (action, resource) => {
    expect(judged(action, resource)).toBe('ok');
  });
});

describe('a permissions policy never passes', () => {
  test.each([
    's3:*',
    '*',
    's3:Get*',
    's3:GetObjec?',
    's3',
    's3:',
    'iam:PassRole',
    'IAM:CreateUser',
    'sts:AssumeRole',
    'organizations:LeaveOrganization',
    'account:CloseAccount',
    'billing:GetBillingData',
    'sso:CreateAccountAssignment',
    'identitystore:CreateUser',
    'kms:Decrypt',
  ])('with the action %s', (action) => {
    expect(judged(action, 'arn:aws:s3:::shop-site/*')).toBe('GUARDRAIL_VIOLATED');
  });

  test.each([
    ['*'],
    ['arn:aws:s3:::*'],
    ['arn:aws:s3:::?'],
    ['arn:aws:s3:::shop*'],
    ['arn:aws:s3:::shop*/x'],
    ['arn:aws:s3:::sho?-site/*'],
    ['arn:aws:s3:::*/x'],
    ['arn:*:s3:::shop'],
    ['arn:aws:*:::shop'],
    ['arn:aws:lambda:*:111122223333:function:shop'],
    ['arn:aws:lambda:eu-central-1:*:function:shop'],
    [`${LAMBDA}:*`],
    [`${LAMBDA}:function:*`],
    [`${LAMBDA}:function:shop*`],
    [`${LAMBDA}:fun*`],
    [`${LAMBDA}:fun*:shop`],
    ['arn:aws:ecr:eu-central-1:111122223333:repository/*'],
    ['arn:aws:cloudfront::111122223333:distribution/*'],
    ['arn:aws:sqs:eu-central-1:111122223333:shop-*'],
    ['arn:aws:s3:::'],
    ['shop-site'],
    [''],
    ['arn:aws:s3:::rolewright-state/*'],
    [`${LAMBDA}:function:Rolewright-provisioner`],
    ['arn:aws:ssm:eu-central-1:111122223333:parameter/rolewright/x'],
  ])('with the resource %s', (resource) => {
    expect(judged('s3:PutObject', resource)).toBe('GUARDRAIL_VIOLATED');
  });

  test('with * as resource where one of the actions takes one', () => {
    const both = policy(['ecr:GetAuthorizationToken', 'ecr:PutImage'], ['*']);
    expect(codeOf(checkGuardrails(both, trust))).toBe('GUARDRAIL_VIOLATED');
  });

  test('with one bad resource among good ones', () => {
    const mixed = policy(['s3:PutObject'], ['arn:aws:s3:::shop-site/*', '*']);
    expect(codeOf(checkGuardrails(mixed, trust))).toBe('GUARDRAIL_VIOLATED');
  });

  test('without every violation being named with its statement', () => {
    const problem = problemOf(checkGuardrails(policy(['iam:*', 's3:*'], ['*']), trust));
    const details = (problem.errors ?? []).map(({ detail }) => detail);
    expect(details).toHaveLength(4);
    for (const detail of details) expect(detail).toMatch(/^statement A: /);
  });
});

/** A sound policy whose text is exactly so long. */
function ofLength(length: number): PermissionsPolicy {
  const base = policy(['s3:PutObject'], ['arn:aws:s3:::shop-site/']);
  const missing = length - policyText(base).length;
  return policy(['s3:PutObject'], [`arn:aws:s3:::shop-site/${'x'.repeat(missing)}`]);
}

function trustOfLength(length: number): TrustPolicy {
  const [statement] = trust.Statement;
  if (!statement) throw new Error('the trust policy has a statement');
  const padded = (pad: number): TrustPolicy => ({
    ...trust,
    Statement: [{ ...statement, Principal: { Federated: 'x'.repeat(pad) } }],
  });
  return padded(length - policyText(padded(0)).length);
}

describe('sizes', () => {
  test.each([
    [10_239, 'ok'],
    [10_240, 'ok'],
    [10_241, 'POLICY_TOO_LARGE'],
  ])('a permissions policy of %i characters is %s', (length, code) => {
    const document = ofLength(length);
    expect(policyText(document)).toHaveLength(length);
    expect(codeOf(checkGuardrails(document, trust))).toBe(code);
  });

  test.each([
    [2047, 'ok'],
    [2048, 'ok'],
    [2049, 'POLICY_TOO_LARGE'],
  ])('a trust policy of %i characters is %s', (length, code) => {
    const document = trustOfLength(length);
    expect(policyText(document)).toHaveLength(length);
    expect(codeOf(checkGuardrails(ofLength(500), document))).toBe(code);
  });

  test('the problem names the document and its limit', () => {
    expect(problemOf(checkGuardrails(ofLength(10_241), trust)).detail).toMatch(/permissions.*10240/);
    expect(problemOf(checkGuardrails(ofLength(500), trustOfLength(2049))).detail).toMatch(/trust.*2048/);
  });
});
