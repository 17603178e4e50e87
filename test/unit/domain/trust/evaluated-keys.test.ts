import { expect, test } from '@jest/globals';
import { evaluateTrust, presentedAudiencesOf } from '../../../../domain/trust/evaluation.ts';

const PROVIDER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';

/** What STS would compare with the one condition `StringEquals {<provider>:<name>: 'wanted'}`, and whether it holds. */
const compared = (name: string, claims: object) => {
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${PROVIDER}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${PROVIDER}:${name}`]: 'wanted' } },
      },
    ],
  };
  const [condition] = evaluateTrust(trustPolicy, { iss: `https://${PROVIDER}`, ...claims }).conditions;
  return [condition?.actual, condition?.holds];
};

test.each<[name: string, claims: object, actual: unknown, holds: boolean]>([
  ['aud', { aud: 'wanted' }, 'wanted', true],
  ['aud', { aud: 'other', azp: 'wanted' }, 'wanted', true],
  ['aud', { aud: 'wanted', azp: 'other' }, 'other', false],
  ['aud', { aud: 'wanted', azp: null }, null, false],
  ['oaud', { aud: 'wanted' }, null, false],
  ['oaud', { aud: 'wanted', azp: 'other' }, 'wanted', true],
  ['sub', { sub: 'wanted' }, 'wanted', true],
  ['amr', { amr: ['wanted'] }, 'wanted', true],
  ['amr', { amr: ['wanted', 'other'] }, ['wanted', 'other'], false],
  ['email', { email: 'wanted' }, 'wanted', true],
  ['email', { email: ['wanted'] }, null, false],
  ['branchName', { branchName: 'wanted' }, null, false],
])('the condition key %s of a token with %j is %j', (name, claims, actual, holds) => {
  expect(compared(name, claims)).toEqual([actual, holds]);
});

test('the audiences that STS reads are those of azp where the token has it', () => {
  expect(presentedAudiencesOf({ aud: ['a', 'b'] })).toEqual(['a', 'b']);
  expect(presentedAudiencesOf({ aud: 'a', azp: 'b' })).toEqual(['b']);
  expect(presentedAudiencesOf({})).toEqual([]);
});
