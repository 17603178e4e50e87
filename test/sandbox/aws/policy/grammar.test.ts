import { describe, expect, test } from '@jest/globals';
import { type PolicyKind, parsePolicy } from '../../../../sandbox/aws/policy/grammar.ts';
import { allow, PROVIDER_ARN, policy, TRUST, TRUST_POLICY } from '../world.ts';

const IDENTITY = allow('s3:GetObject', 'arn:aws:s3:::bucket/*');

function verdict(document: string, kind: PolicyKind): string {
  try {
    parsePolicy(document, kind);
    return 'accepted';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
}

const identity = (...statements: object[]) => verdict(policy(...(statements as never[])), 'identity');
const trust = (...statements: object[]) => verdict(policy(...(statements as never[])), 'trust');
const without = (statement: object, field: string) =>
  Object.fromEntries(Object.entries(statement).filter(([name]) => name !== field));

describe('every policy', () => {
  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['null', 'null'],
    ['without statements', '{"Version":"2012-10-17"}'],
    ['with an empty list of statements', '{"Version":"2012-10-17","Statement":[]}'],
    ['of another version', JSON.stringify({ Version: '2020-01-01', Statement: [IDENTITY] })],
    ['with an unknown element', JSON.stringify({ Version: '2012-10-17', Statement: [IDENTITY], Extra: 1 })],
    ['with a statement that is no object', '{"Statement":["x"]}'],
  ])('is refused: %s', (_, document) => {
    expect(verdict(document, 'identity')).toMatch(/^MalformedPolicyDocument: /);
  });

  test('may be one statement without a list, with an id, of 2008', () => {
    const document = { Id: 'x', Version: '2008-10-17', Statement: IDENTITY };
    expect(verdict(JSON.stringify(document), 'identity')).toBe('accepted');
  });

  test('has a version, unless it is a trust policy', () => {
    expect(verdict(JSON.stringify({ Statement: IDENTITY }), 'identity')).toBe(
      'MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater.',
    );
    expect(verdict(JSON.stringify({ Statement: TRUST }), 'trust')).toBe('accepted');
  });

  test('has no key twice, on any level and however it is written', () => {
    const text = policy({ ...TRUST, Condition: { StringEquals: { 'a:b': ['{"a":1}', 'a:b'] } } });
    expect(verdict(text, 'trust')).toBe('accepted');
    for (const [key, second] of [
      ['"Version":', '"Version":"2012-10-17",'],
      ['"Statement":', '"Statement":[],'],
      ['"Effect":', '"Effect" : "Deny",'],
      ['"Principal":', '"Principal":"*",'],
      ['"Federated":', '"Federated":"*",'],
      ['"Condition":', '"Cond\\u0069tion":{},'],
      ['"StringEquals":', '"StringEquals":{},'],
      ['"a:b":', '"a:b":"c",'],
    ] as const) {
      expect(text.split(key)).toHaveLength(2);
      expect(verdict(text.replace(key, `${second}${key}`), 'trust')).toMatch(/^MalformedPolicyDocument: /);
    }
  });

  test('may have alphanumeric Sids, each once', () => {
    expect(identity({ ...IDENTITY, Sid: 'Az09' }, { ...IDENTITY, Sid: '' })).toBe('accepted');
    expect(identity({ ...IDENTITY, Sid: 'a-b' })).toMatch(/Statement IDs \(SID\) must be alpha-numeric/);
    expect(identity({ ...IDENTITY, Sid: 'a' }, { ...IDENTITY, Sid: 'a' })).toMatch(/must be unique/);
    expect(identity({ ...IDENTITY, Sid: 1 })).toMatch(/^MalformedPolicyDocument/);
  });

  test('has statements that allow or deny', () => {
    expect(identity({ ...IDENTITY, Effect: 'Deny' })).toBe('accepted');
    expect(identity({ ...IDENTITY, Effect: 'allow' })).toMatch(/^MalformedPolicyDocument/);
    expect(identity(without(IDENTITY, 'Effect'))).toMatch(/Missing required field Effect/);
    expect(identity({ ...IDENTITY, Extra: 1 })).toMatch(/Unknown field Extra/);
  });

  test('names actions as service:Action', () => {
    for (const Action of ['*', 's3:*', 's3:Get*', 's3:GetObjec?', 'execute-api:Invoke', ['s3:a', 'iam:b']]) {
      expect(identity({ ...IDENTITY, Action })).toBe('accepted');
    }
    for (const Action of ['GetObject', 's3', 's3:', ':Get', 's3:Get Object', 's3*:Get', '', [], 1]) {
      expect(identity({ ...IDENTITY, Action })).toMatch(/^MalformedPolicyDocument/);
    }
  });

  test('has either Action or NotAction', () => {
    expect(identity({ ...without(IDENTITY, 'Action'), NotAction: 's3:*' })).toBe('accepted');
    expect(identity(without(IDENTITY, 'Action'))).toMatch(/must contain actions/);
    expect(identity({ ...IDENTITY, NotAction: 's3:*' })).toMatch(/^MalformedPolicyDocument/);
  });

  test('knows IAM’s condition operators and no others', () => {
    const using = (operator: string, value: unknown = 'x') =>
      identity({ ...IDENTITY, Condition: { [operator]: { 'aws:SourceVpc': value } } });
    for (const operator of [
      'StringEquals',
      'StringNotLikeIfExists',
      'ForAnyValue:StringLike',
      'ForAllValues:StringEqualsIfExists',
      'NumericLessThan',
      'DateGreaterThan',
      'Bool',
      'IpAddress',
      'ArnLike',
      'Null',
    ]) {
      expect(using(operator)).toBe('accepted');
    }
    for (const operator of [
      'StringMatches',
      'stringequals',
      'NullIfExists',
      'ForSomeValues:StringLike',
      '',
    ]) {
      expect(using(operator)).toMatch(/^MalformedPolicyDocument/);
    }
    for (const value of [true, 1, ['a', 'b']]) expect(using('StringEquals', value)).toBe('accepted');
    for (const value of [null, {}, [], [null]]) {
      expect(using('StringEquals', value)).toMatch(/^MalformedPolicyDocument/);
    }
    expect(identity({ ...IDENTITY, Condition: { StringEquals: { novendor: 'x' } } })).toMatch(
      /prefaced by a vendor/,
    );
    expect(identity({ ...IDENTITY, Condition: 'x' })).toMatch(/^MalformedPolicyDocument/);
  });
});

describe('an identity policy', () => {
  test('names no principal', () => {
    expect(identity({ ...IDENTITY, Principal: '*' })).toMatch(/should not specify a principal/);
    expect(identity({ ...IDENTITY, NotPrincipal: '*' })).toMatch(/should not specify a principal/);
  });

  test('has either Resource or NotResource', () => {
    expect(identity({ ...without(IDENTITY, 'Resource'), NotResource: '*' })).toBe('accepted');
    expect(identity(without(IDENTITY, 'Resource'))).toMatch(/must contain resources/);
    expect(identity({ ...IDENTITY, NotResource: '*' })).toMatch(/^MalformedPolicyDocument/);
  });

  test('names resources as * or ARNs', () => {
    for (const Resource of [
      '*',
      'arn:aws:s3:::b',
      'arn:*:s3:::b',
      'arn:aws:ec2:*:*:instance/*',
      'arn:aws:a:b:c:d:e',
    ]) {
      expect(identity({ ...IDENTITY, Resource })).toBe('accepted');
    }
    for (const Resource of [
      'bucket',
      'arn:aws:s3',
      'arn:aws:s3:::',
      '**',
      'arn:other:s3:::b',
      'arn:aws::::b',
      [],
    ]) {
      expect(identity({ ...IDENTITY, Resource })).toMatch(/^MalformedPolicyDocument/);
    }
  });

  test.each([
    ['arn:aws:s3::b', /legacy parsing/],
    ['arn:aws:s3', /legacy parsing/],
    ['ARN:aws:s3:::b', /must be in ARN format or "\*"/],
    ['arn:aws:*:eu-central-1:111122223333:x', /vendor must be fully qualified/],
    ['arn:aws:s?:::b', /vendor must be fully qualified/],
    ['arn:aws:s3:eu-central-1::b', /can not contain region information/],
    ['arn:aws:iam:*:111122223333:role/x', /cannot contain region information/],
    ['arn:aws:iam::111122223333:rol/x', /IAM resource path must either be/],
    ['arn:aws:iam::111122223333:role*', /IAM resource path must either be/],
    ['arn:aw:iam::111122223333:role/x', /Partition "aw" is not valid/],
  ])('does not name %s', (Resource, message) => {
    expect(identity({ ...IDENTITY, Resource })).toMatch(message);
    expect(identity({ ...without(IDENTITY, 'Resource'), NotResource: Resource })).toMatch(message);
  });

  test.each([
    'arn:aws:iam::111122223333:role/*',
    'arn:aws:iam::*:*',
    'arn:aws:iam::111122223333:root',
    'arn:aws:s3:eu-central-1:111122223333:accesspoint/x',
    'arn:aws-cn:s3:::b',
  ])('may name %s', (Resource) => {
    expect(identity({ ...IDENTITY, Resource })).toBe('accepted');
  });
});

describe('a trust policy', () => {
  test('of our own shape is accepted', () => {
    expect(verdict(TRUST_POLICY, 'trust')).toBe('accepted');
  });

  test('names principals and no resources', () => {
    expect(trust(without(TRUST, 'Principal'))).toMatch(/Missing required field Principal/);
    expect(trust({ ...TRUST, Resource: '*' })).toBe('MalformedPolicyDocument: Has prohibited field Resource');
    expect(trust({ ...TRUST, NotResource: '*' })).toMatch(/Has prohibited field NotResource/);
  });

  test('names only actions of STS that assume a role', () => {
    for (const Action of [
      'sts:AssumeRole',
      'STS:TagSession',
      'sts:assumerolewithsaml',
      'sts:AssumeRoleWith*',
      'sts:SetContext',
      ['sts:AssumeRole', 'sts:SetSourceIdentity'],
    ]) {
      expect(trust({ ...TRUST, Action })).toBe('accepted');
    }
    for (const Action of [
      '*',
      's3:GetObject',
      ['sts:AssumeRole', 'iam:PassRole'],
      'sts:*',
      'sts:A*',
      'sts:AssumeRoot',
      'sts:GetCallerIdentity',
      'sts:GetWebIdentityToken',
      'sts:Nothing',
      'st?:AssumeRole',
    ]) {
      expect(trust({ ...TRUST, Action })).toMatch(/may only specify STS AssumeRole actions/);
    }
  });

  test('names providers by ARN or domain name', () => {
    for (const Federated of [
      PROVIDER_ARN,
      'cognito-identity.amazonaws.com',
      [PROVIDER_ARN, 'accounts.google.com'],
    ]) {
      expect(trust({ ...TRUST, Principal: { Federated } })).toBe('accepted');
    }
    for (const Federated of [
      'provider',
      'https://issuer.example',
      'arn:aws:iam::1:oidc-provider/a.b',
      `${PROVIDER_ARN}\n`,
      '',
    ]) {
      expect(trust({ ...TRUST, Principal: { Federated } })).toBe(
        'MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs',
      );
    }
  });

  test('names other principals in their own form', () => {
    for (const Principal of [
      '*',
      { AWS: '111122223333' },
      { AWS: '*' },
      { Service: 'lambda.amazonaws.com' },
    ]) {
      expect(trust({ ...TRUST, Principal })).toBe('accepted');
    }
    for (const Principal of ['someone', {}, { Robot: 'x' }, { AWS: 'someone' }, { Service: 'lambda' }]) {
      expect(trust({ ...TRUST, Principal })).toMatch(/^MalformedPolicyDocument/);
    }
  });
});
