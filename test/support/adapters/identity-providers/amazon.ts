import { NOW } from '../issuers.ts';
import { type ProviderFixture, TIMES } from './fixture.ts';

// Source: Amazon Cognito, "Understanding the identity (ID) token", "Understanding the access token"; IAM User Guide,
// "Understanding token claims" (outbound identity federation).
const POOL = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Acme00001';
const PEOPLE = '6jkpeople0000000000000001';
const RELEASE = '6jkrelease000000000000001';
const { nbf: _, ...times } = TIMES;

const idToken = {
  ...times,
  sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  'cognito:groups': ['platform'],
  email_verified: true,
  iss: POOL,
  'cognito:username': 'ada',
  origin_jti: 'aaaaaaaa-1111-4222-8333-eeeeeeeeeeee',
  aud: PEOPLE,
  event_id: '64f513be-32db-42b0-b78e-b02127b4f463',
  token_use: 'id',
  auth_time: NOW - 60,
  jti: 'aaaaaaaa-2222-4222-8333-eeeeeeeeeeee',
  email: 'ada@acme.example',
};
const { 'cognito:groups': __, ...groupless } = idToken;
const accessToken = {
  ...times,
  sub: idToken.sub,
  'cognito:groups': ['platform'],
  iss: POOL,
  version: 2,
  client_id: PEOPLE,
  token_use: 'access',
  scope: 'openid',
  auth_time: NOW - 60,
  jti: 'j',
  username: 'ada',
};
const service = {
  ...times,
  sub: RELEASE,
  token_use: 'access',
  scope: 'rolewright/ask',
  auth_time: NOW,
  iss: POOL,
  version: 2,
  jti: 'k',
  client_id: RELEASE,
};

/** Tokens of a user pool. */
export const cognito: ProviderFixture = {
  chapter: 'Amazon Cognito',
  taken: [
    [
      'an ID token',
      idToken,
      { kind: 'person', id: idToken.sub, groups: ['platform'], email: 'ada@acme.example' },
    ],
    ['an ID token of a user without groups', groupless, { kind: 'person', id: idToken.sub, groups: [] }],
    ['an access token of a service, which has no aud', service, { kind: 'service', id: RELEASE, groups: [] }],
  ],
  refused: [
    ['of a person for access', accessToken, /fits no entry/],
    ['for access of another service', { ...service, client_id: PEOPLE, sub: PEOPLE }, /fits no entry/],
    ['for access that has an aud as well', { ...service, aud: 'rolewright' }, /fits no entry/],
    ['of a service for the people’s audience', { ...service, aud: PEOPLE }, /token_use is not what/],
    ['of another pool', { ...idToken, iss: POOL.replace('Acme', 'Evil') }, /trusted issuer/],
    ['with a group as text', { ...idToken, 'cognito:groups': 'platform' }, /not a list/],
    ['with groups that are null', { ...idToken, 'cognito:groups': null }, /not a list/],
    ['with nested groups', { ...idToken, 'cognito:groups': [['platform']] }, /not a list/],
  ],
};

const ACCOUNT = 'https://aeb22166-9134-9555-caae-9ffa62468c85.tokens.sts.global.api.aws';
const role = {
  iat: NOW,
  exp: NOW + 300,
  iss: ACCOUNT,
  aud: 'rolewright',
  sub: 'arn:aws:iam::111122223333:role/nightly-report',
  jti: 'xyz123-def456-ghi789-jkl012',
  'https://sts.amazonaws.com/': {
    aws_account: '111122223333',
    source_region: 'eu-central-1',
    org_id: 'o-abc1234567',
    principal_tags: { team: 'reporting' },
    lambda_source_function_arn: 'arn:aws:lambda:eu-central-1:111122223333:function:report',
    request_tags: { team: 'platform' },
  },
};

/** AWS's outbound tokens. */
export const aws: ProviderFixture = {
  chapter: 'Callers on AWS',
  taken: [
    ['a role that is listed', role, { kind: 'service', id: role.sub, groups: [] }],
    [
      'groups that its request tags claim',
      { ...role, groups: ['platform'] },
      { kind: 'service', id: role.sub, groups: [] },
    ],
  ],
  refused: [
    ['of another role', { ...role, sub: `${role.sub}-2` }, /fits no entry|sub/],
    [
      'of a role of that name on a path',
      { ...role, sub: 'arn:aws:iam::111122223333:role/x/nightly-report' },
      /fits no/,
    ],
    ['of another account', { ...role, iss: ACCOUNT.replace('aeb22166', 'bbb22166') }, /trusted issuer/],
    ['for another audience', { ...role, aud: 'payroll' }, /aud is not accepted/],
    [
      'of the session in place of its role',
      { ...role, sub: 'arn:aws:sts::111122223333:assumed-role/nightly-report/x' },
      /fits no/,
    ],
    ['that lives two hours', { ...role, exp: NOW + 7200 }, /lives longer/],
  ],
};
