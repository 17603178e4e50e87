import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { identityVerdict, type TrustedPrincipal, trustVerdict } from '../../sandbox/aws/policy/evaluation.ts';
import type { Context } from '../../sandbox/aws/policy/pattern.ts';
import {
  type Answer,
  type AwsRequest,
  evaluate,
  type Json,
  operators,
} from '../support/aws/reference-evaluator.ts';
import { runs } from '../support/domain/arbitraries.ts';

const PROVIDER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const ARN = `arn:aws:iam::111122223333:oidc-provider/${PROVIDER}`;

/** Mostly `usual`, else one of `odd`. */
const near = <T>(usual: T[], ...odd: T[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
const oneOrMore = <T extends Json>(one: fc.Arbitrary<T>): fc.Arbitrary<Json> =>
  fc.oneof(
    { weight: 3, arbitrary: one },
    { weight: 1, arbitrary: fc.array(one, { minLength: 1, maxLength: 3 }) },
  );

/** Each kind of key with values of the request and of policies, so that a policy often is about the request. */
const kinds = {
  String: {
    keys: ['aws:PrincipalTag/team', `${PROVIDER}:sub`, 'AWS:userid'],
    actual: ['web', 'Web', '{a}:{b}', '', '*', 'w?b', '${x}'],
    wanted: [
      'web',
      'WEB',
      'w*',
      'w?b',
      '*',
      '{a}:*',
      '${*}',
      '${aws:PrincipalTag/team}',
      '*${aws:userid}*',
      "${aws:none, 'web'}",
      '${aws:none}',
      '${',
      '',
    ],
  },
  Numeric: {
    keys: ['s3:max-keys', 'aws:MultiFactorAuthAge'],
    actual: ['10', '10.0', '9', '-1'],
    wanted: ['10', '9', '11', '1e1'],
  },
  Date: {
    keys: ['aws:CurrentTime', 'aws:TokenIssueTime'],
    actual: ['2027-01-15T08:00:00Z', '1800000000', '2027-01-15T09:00:00+01:00'],
    wanted: ['2027-01-15T08:00:00Z', '2027-01-15', '1800000001'],
  },
  Bool: { keys: ['aws:SecureTransport'], actual: ['true', 'false'], wanted: ['true', 'True', 'false'] },
  IpAddress: {
    keys: ['aws:SourceIp'],
    actual: ['10.1.2.3', '192.0.2.1'],
    wanted: ['10.0.0.0/8', '10.1.2.3', '0.0.0.0/0', '192.0.2.0/31'],
  },
  Arn: {
    keys: ['aws:PrincipalArn', 'aws:SourceArn'],
    actual: [ARN, 'arn:aws:iam::111122223333:role/a:b', 'no arn'],
    wanted: [
      ARN,
      'arn:aws:iam::*:role/*',
      'arn:aws:*:role/a:b',
      'arn:*:iam::111122223333:*',
      'arn:aws:iam::111122223333:role/${aws:PrincipalTag/team}',
      '*',
    ],
  },
};

const kindOf = (operator: string) =>
  kinds[
    (/^(?:Not)?(String|Numeric|Date|Bool|IpAddress|Arn)/.exec(operator)?.[1] ??
      'String') as keyof typeof kinds
  ];

const anyCase = (text: string) => fc.constantFrom(text, text, text.toLowerCase(), text.toUpperCase());

const condition = fc
  .tuple(
    fc.constantFrom('', '', '', 'ForAllValues:', 'ForAnyValue:'),
    fc.constantFrom(...operators),
    fc.constantFrom('', '', 'IfExists'),
  )
  .chain(([set, operator, ifExists]) => {
    const { keys, wanted } = kindOf(operator);
    return fc
      .tuple(fc.constantFrom(...keys).chain(anyCase), oneOrMore(fc.constantFrom(...wanted)))
      .map(([key, values]) => ({ [`${set}${operator}${ifExists}`]: { [key]: values } }));
  });
const nothing = fc
  .tuple(fc.constantFrom(...Object.values(kinds).flatMap(({ keys }) => keys)), fc.boolean())
  .map(([key, isNull]) => ({ Null: { [key]: String(isNull) } }));
const conditions = fc
  .array(fc.oneof({ weight: 6, arbitrary: condition }, { weight: 1, arbitrary: nothing }), { maxLength: 2 })
  .map((blocks) => (blocks.length === 0 ? {} : { Condition: Object.assign({}, ...blocks) as Json }));

const context: fc.Arbitrary<Record<string, string[]>> = fc
  .tuple(
    ...Object.values(kinds).flatMap(({ keys, actual }) =>
      keys.map((key) =>
        fc
          .oneof(
            { weight: 1, arbitrary: fc.constant<string[]>([]) },
            { weight: 5, arbitrary: fc.constantFrom(...actual).map((one) => [one]) },
            { weight: 1, arbitrary: fc.array(fc.constantFrom(...actual), { minLength: 2, maxLength: 3 }) },
          )
          .map((values) => [key, values] as const),
      ),
    ),
  )
  .map((entries) => Object.fromEntries(entries.filter(([, values]) => values.length > 0)));

const effect = near(['Allow'], 'Deny');
const document = (statement: fc.Arbitrary<{ [name: string]: Json }>, version: fc.Arbitrary<string>) =>
  fc.record({ Version: version, Statement: fc.array(statement, { minLength: 1, maxLength: 3 }) });

const asContext = (keys: Record<string, string[]>): Context =>
  new Map(Object.entries(keys).map(([key, values]) => [key.toLowerCase(), values]));

/** Compares both readings, and counts the answers, so that agreement is about something. */
function agree(
  cases: fc.Arbitrary<[{ [name: string]: Json }[], AwsRequest]>,
  judge: (policies: string[], request: AwsRequest) => Answer,
): void {
  const seen = { allow: 0, deny: 0, none: 0 };
  fc.assert(
    fc.property(cases, ([policies, request]) => {
      const expected = evaluate(policies, request);
      seen[expected] += 1;
      expect(
        judge(
          policies.map((one) => JSON.stringify(one)),
          request,
        ),
      ).toBe(expected);
    }),
    runs(2000),
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(25);
}

describe('the sandbox and a second evaluator agree', () => {
  const versions = near(['2012-10-17'], '2008-10-17');

  test('on trust policies', () => {
    const principal: fc.Arbitrary<Json> = fc.oneof(
      { weight: 5, arbitrary: fc.constant<Json>({ Federated: ARN }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Json>(
          '*',
          { AWS: '*' },
          { AWS: '111122223333' },
          { AWS: ['111122223333', '*'] },
          { Federated: [`${ARN}x`, ARN] },
          { Federated: ARN.replace('acme', 'globex') },
          { Service: 'lambda.amazonaws.com' },
          { Federated: '*' },
        ),
      },
    );
    const actions = ['sts:AssumeRoleWithWebIdentity', 'sts:assumerole*', 'sts:AssumeRoleWithWeb?dentity'];
    const named = oneOrMore(near(actions, 'sts:AssumeRole', 'sts:TagSession', 'STS:ASSUMEROLEWITHSAML'));
    const statement = fc
      .tuple(effect, principal, near(['Action'], 'NotAction'), named, conditions)
      .map(([Effect, Principal, element, actions_, rest]) => ({
        Effect,
        Principal,
        [element]: actions_,
        ...rest,
      }));
    agree(
      fc.tuple(
        document(statement, versions).map((one) => [one as { [name: string]: Json }]),
        context.map((keys) => ({ action: 'sts:AssumeRoleWithWebIdentity', principal: ARN, keys })),
      ),
      ([policy = ''], { principal: providerArn = '', action, keys }) => {
        const names = ({ type, value }: TrustedPrincipal) =>
          (type === 'AWS' && value === '*') ||
          (type === 'Federated' && (value === '*' || value === providerArn));
        return trustVerdict(policy, { names, action }, asContext(keys));
      },
    );
  });

  test('on identity policies, one and several', () => {
    const resources = [
      'arn:aws:s3:::shop/web/x',
      'arn:aws:sqs:eu-central-1:111122223333:shop',
      'arn:aws:lambda:eu-central-1:111122223333:function:shop',
      '*',
    ];
    const named = oneOrMore(
      near(
        [
          '*',
          'arn:aws:s3:::shop/*',
          'arn:aws:s3:::*',
          'arn:aws:sqs:*:*:shop',
          'arn:aws:s3:::shop/${aws:PrincipalTag/team}/?',
        ],
        'arn:aws:s3:::SHOP/*',
        'arn:aws:lambda:*:function:shop',
        'arn:aws:lambda:eu-central-?:*:shop',
        'arn:aws:lambda:*:*:function:*',
        'arn:aws:sqs:eu*3333:shop:x',
        'arn:*:sqs:eu-central-?:111122223333:*',
        'arn:aws:sqs:eu*:*3333:shop',
        'arn:aws:s3:::${aws:none}*',
        'arn:aws:s3:::shop/${*}/x',
      ),
    );
    const action = oneOrMore(
      near(['s3:GetObject', 's3:*', '*', 'S3:get*', 'sqs:Send?essage'], 's3:PutObject', 'sqs:*', 's3:Get'),
    );
    const statement = fc
      .tuple(
        effect,
        near(['Action'], 'NotAction'),
        action,
        near(['Resource'], 'NotResource'),
        named,
        conditions,
      )
      .map(([Effect, actionElement, actions, resourceElement, resources_, rest]) => ({
        Effect,
        [actionElement]: actions,
        [resourceElement]: resources_,
        ...rest,
      }));
    agree(
      fc.tuple(
        fc.array(document(statement, versions), { minLength: 1, maxLength: 2 }) as fc.Arbitrary<
          { [name: string]: Json }[]
        >,
        fc.record({
          action: fc.constantFrom('s3:GetObject', 'sqs:SendMessage'),
          resource: fc.constantFrom(...resources),
          keys: context,
        }),
      ),
      (policies, { action: asked, resource = '', keys }) =>
        identityVerdict(policies, { action: asked, resource }, asContext(keys)),
    );
  });
});
