import { describe, expect, test } from '@jest/globals';
import { checkTrustPolicy, type TrustExpectation } from '../../../../domain/trust/check.ts';
import { GLOBEX, production, shop, staging, web } from '../../../support/domain/samples.ts';
import { asAccountId, asRepositoryUuid, asWorkspaceUuid } from '../../../support/identifiers.ts';

const OIDC = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AUD = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
const whole: TrustExpectation = {
  partition: 'aws',
  accountId: asAccountId('111122223333'),
  workspaceSlug: 'acme',
  workspaceUuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}'),
  repositoryUuid: shop.uuid,
};
const limited: TrustExpectation = { ...whole, environmentUuid: production.uuid };

type Statement = Record<string, unknown>;
const right = (sub = `${shop.uuid}:*`): Statement => ({
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${OIDC}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${OIDC}:aud`]: AUD }, StringLike: { [`${OIDC}:sub`]: sub } },
});
const document = (...statements: unknown[]) => ({ Version: '2012-10-17', Statement: statements });
const text = (value: unknown) => JSON.stringify(value);
const withCondition = (condition: unknown) => document({ ...right(), Condition: condition });
const withSub = (sub: unknown) =>
  withCondition({ StringEquals: { [`${OIDC}:aud`]: AUD }, StringLike: { [`${OIDC}:sub`]: sub } });
const withAud = (aud: unknown, operator = 'StringEquals') =>
  withCondition({ [operator]: { [`${OIDC}:aud`]: aud }, StringLike: { [`${OIDC}:sub`]: `${shop.uuid}:*` } });

const SUB = { [`${OIDC}:sub`]: `${shop.uuid}:*` };
const AUDIENCE = { [`${OIDC}:aud`]: AUD };

describe('the checker', () => {
  test('finds nothing in the right document of a repository', () => {
    expect(checkTrustPolicy(text(document(right())), whole)).toEqual([]);
  });

  test('finds nothing in the right document of an environment', () => {
    const sub = `${shop.uuid}:${production.uuid}:*`;
    expect(checkTrustPolicy(text(document(right(sub))), limited)).toEqual([]);
  });

  test.each([
    ['a wildcard before the repository', withSub(`*${shop.uuid}:*`)],
    ['a wildcard and a colon before the repository', withSub(`*:${shop.uuid}:*`)],
    ['any subject', withSub('*')],
    ['any repository', withSub('{*}:*')],
    ['no separator after the repository', withSub(`${shop.uuid}*`)],
    ['a wildcard inside the repository', withSub(`${shop.uuid.slice(0, 9)}*${shop.uuid.slice(-5)}:*`)],
    ['a ? for a digit in the middle', withSub(`${shop.uuid.replace('ce6a', 'ce?a')}:*`)],
    ['a ? for the last digit', withSub(`${shop.uuid.slice(0, -2)}?}:*`)],
    ['a ? for the separator', withSub(`${shop.uuid}?*`)],
    ['another repository', withSub(`${web.uuid}:*`)],
    ['an environment that nobody asked for', withSub(`${shop.uuid}:${production.uuid}:*`)],
    ['a fixed step', withSub(`${shop.uuid}:{759de0c6-eaee-4eaa-b7a6-c507eec759a7}`)],
    ['no step', withSub(shop.uuid)],
    ['an empty sub', withSub('')],
    ['a list of subjects', withSub([`${shop.uuid}:*`, `${web.uuid}:*`])],
    ['a list of the one subject', withSub([`${shop.uuid}:*`])],
    ['a subject that is no text', withSub(1)],
    ['a missing subject', withCondition({ StringEquals: AUDIENCE })],
    ['a missing audience', withCondition({ StringLike: SUB })],
    ['no condition', document({ ...right(), Condition: undefined })],
    ['an empty condition', withCondition({})],
    ['a condition that is a list', withCondition([])],
    ['an operator whose block is a list', withCondition({ StringEquals: [AUDIENCE], StringLike: SUB })],
    ['another audience', withAud('sts.amazonaws.com')],
    ['any audience', withAud('*', 'StringLike')],
    ['any workspace as audience', withAud('ari:cloud:bitbucket::workspace/*', 'StringLike')],
    ['a workspace that begins like ours', withAud(`${AUD.slice(0, -8)}*`, 'StringLike')],
    ['an audience that only begins with ours', withAud(`${AUD}*`, 'StringLike')],
    ['a ? in the audience', withAud(`${AUD.slice(0, -1)}?`, 'StringLike')],
    ['a list of audiences', withAud([AUD, 'sts.amazonaws.com'])],
    ['ForAnyValue', withCondition({ 'ForAnyValue:StringEquals': AUDIENCE, StringLike: SUB })],
    ['ForAllValues', withCondition({ StringEquals: AUDIENCE, 'ForAllValues:StringLike': SUB })],
    ['IfExists', withCondition({ StringEquals: AUDIENCE, StringLikeIfExists: SUB })],
    ['IfExists on the audience', withCondition({ StringEqualsIfExists: AUDIENCE, StringLike: SUB })],
    ['a negated operator', withCondition({ StringNotEquals: AUDIENCE, StringLike: SUB })],
    ['an operator that ignores case', withCondition({ StringEqualsIgnoreCase: AUDIENCE, StringLike: SUB })],
    ['an unknown operator', withCondition({ StringEquals: AUDIENCE, StringLike: SUB, Null: {} })],
    [
      'a branch condition, which AWS does not know',
      withCondition({ StringEquals: { ...AUDIENCE, [`${OIDC}:branchName`]: 'main' }, StringLike: SUB }),
    ],
    ["another provider's keys", document({ ...right(), Condition: globexCondition() })],
    [
      'an inherited name as key',
      withCondition({ StringEquals: AUDIENCE, StringLike: { ...SUB, constructor: '*' } }),
    ],
    ['another provider', document({ ...right(), Principal: { Federated: provider('globex') } })],
    ['a wildcard in the provider', document({ ...right(), Principal: { Federated: provider('*') } })],
    [
      "another account's provider",
      document({ ...right(), Principal: { Federated: provider('acme', '999999999999') } }),
    ],
    ['any principal', document({ ...right(), Principal: '*' })],
    ['any AWS principal', document({ ...right(), Principal: { AWS: '*' } })],
    [
      'an AWS principal besides the provider',
      document({ ...right(), Principal: { Federated: provider('acme'), AWS: '*' } }),
    ],
    ['a list of providers', document({ ...right(), Principal: { Federated: [provider('acme')] } })],
    [
      'NotPrincipal',
      document({ ...right(), Principal: undefined, NotPrincipal: { Federated: provider('globex') } }),
    ],
    ['NotPrincipal besides Principal', document({ ...right(), NotPrincipal: { AWS: '*' } })],
    ['NotAction', document({ ...right(), NotAction: 'sts:GetCallerIdentity' })],
    ['any action', document({ ...right(), Action: '*' })],
    ['any STS action', document({ ...right(), Action: 'sts:*' })],
    [
      'a list of actions',
      document({ ...right(), Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] }),
    ],
    ['Deny', document({ ...right(), Effect: 'Deny' })],
    ['an unknown effect', document({ ...right(), Effect: 'allow' })],
    ['an unknown statement field', document({ ...right(), Resource: '*' })],
    ['an extra statement that opens the role', document(right(), { ...right(), Condition: {} })],
    ['an extra statement for a repository nobody thought of', document(right(), right(`${web.uuid}:*`))],
    [
      'an extra statement for an AWS account',
      document(right(), { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }),
    ],
    ['the right statement twice', document(right(), right())],
    ['no statement', document()],
    ['a statement that is none', document(right(), null)],
    ['a statement outside a list', { Version: '2012-10-17', Statement: right() }],
    ['an old version', { ...document(right()), Version: '2008-10-17' }],
    ['an unknown version', { ...document(right()), Version: '2099-01-01' }],
    ['no version', { Statement: [right()] }],
    ['a list', [document(right())]],
    ['null', null],
  ])('finds %s', (_, mutated) => {
    expect(checkTrustPolicy(text(mutated), whole)).not.toEqual([]);
  });

  test.each([
    ['the environment dropped', `${shop.uuid}:*`],
    ['another environment', `${shop.uuid}:${staging.uuid}:*`],
    ['any environment', `${shop.uuid}:*:*`],
    ['any environment of the same beginning', `${shop.uuid}:${production.uuid.slice(0, 9)}*`],
    ['a ? in the environment', `${shop.uuid}:${production.uuid.replace('c970', 'c9?0')}:*`],
    ['no separator after the environment', `${shop.uuid}:${production.uuid}*`],
    ['the environment before the repository', `${production.uuid}:${shop.uuid}:*`],
    ['the environment of any repository', `*:${production.uuid}:*`],
  ])('finds %s where an environment was asked for', (_, sub) => {
    expect(checkTrustPolicy(text(document(right(sub))), limited)).not.toEqual([]);
  });

  test.each<[string, unknown]>([
    ['an effect of another name', document({ ...right(), Effect: 'Deny' })],
    ['a wildcard in the provider', document({ ...right(), Principal: { Federated: provider('*') } })],
    ['a list of providers', document({ ...right(), Principal: { Federated: [provider('acme')] } })],
  ])('promises nothing of a document with %s: neither the own token nor a foreign one', (_, mutated) => {
    const findings = checkTrustPolicy(text(mutated), whole);
    expect(findings).toContain('does not admit its own repository');
    expect(findings).toContain('may admit another repository');
  });

  test.each<[string, string, TrustExpectation]>([
    ['a repository', `${shop.uuid}:*`, whole],
    ['an environment', `${shop.uuid}:${production.uuid}:*`, limited],
  ])('names each token that a missing audience admits, for %s', (_, sub, expected) => {
    const open = document({ ...right(), Condition: { StringLike: { [`${OIDC}:sub`]: sub } } });
    expect(checkTrustPolicy(text(open), expected)).toEqual([
      'may admit another workspace under the same slug',
      'may admit another audience',
    ]);
  });

  test('finds a wildcard that is not at the end of the subject', () => {
    expect(checkTrustPolicy(text(withSub(`${shop.uuid}:*}`)), whole)).not.toEqual([]);
  });

  test.each(['0', '1', '9', 'f'])(
    'finds nothing in the right document of a repository that ends in %s',
    (digit) => {
      const repositoryUuid = asRepositoryUuid(`${shop.uuid.slice(0, -2)}${digit}}`);
      expect(
        checkTrustPolicy(text(document(right(`${repositoryUuid}:*`))), { ...whole, repositoryUuid }),
      ).toEqual([]);
    },
  );

  test.each(['', '{', 'null', '"text"', '[]', '{"Version":"2012-10-17"}'])(
    'finds that %j is no document',
    (bad) => {
      expect(checkTrustPolicy(bad, whole)).toHaveLength(1);
    },
  );

  test('finds a name that stands twice, of which readers may take either', () => {
    const sub = `"${OIDC}:sub":"${shop.uuid}:*"`;
    const twice = text(document(right())).replace(sub, `"${OIDC}:sub":"*",${sub}`);
    expect(checkTrustPolicy(twice, whole)).not.toEqual([]);
  });

  test('never throws on a key that objects inherit', () => {
    const odd = text(document(right())).replace('"StringLike":{', '"StringLike":{"__proto__":"*",');
    expect(checkTrustPolicy(odd, whole)).not.toEqual([]);
  });

  test('finds every fault of a document for a wrong grant', () => {
    const sound = text(document(right()));
    for (const wrong of [
      { partition: 'aws-cn' },
      { accountId: asAccountId('999999999999') },
      { workspaceSlug: 'acme2' },
      { workspaceUuid: GLOBEX.uuid },
      { repositoryUuid: web.uuid },
      { environmentUuid: production.uuid },
    ]) {
      expect(checkTrustPolicy(sound, { ...whole, ...wrong })).not.toEqual([]);
    }
  });
});

function provider(slug: string, account = '111122223333'): string {
  return `arn:aws:iam::${account}:oidc-provider/${OIDC.replace('acme', slug)}`;
}

function globexCondition() {
  const other = OIDC.replace('acme', 'globex');
  return { StringEquals: { [`${other}:aud`]: AUD }, StringLike: { [`${other}:sub`]: `${shop.uuid}:*` } };
}
