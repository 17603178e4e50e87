import { NOW } from '../issuers.ts';
import { type ProviderFixture, TIMES } from './fixture.ts';

// Source: Okta, "OpenID Connect & OAuth 2.0 API", access token and ID token payload; "Customize tokens with a groups claim".
const SERVER = 'https://acme.okta.com/oauth2/ausrolewright1';
const { nbf: _, ...times } = TIMES;

const person = {
  ...times,
  ver: 1,
  jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
  iss: SERVER,
  aud: 'api://rolewright',
  cid: '0oapeople1',
  uid: '00uada1',
  scp: ['openid', 'rolewright'],
  auth_time: NOW - 60,
  sub: 'ada@acme.example',
  kind: 'person',
  groups: ['aws-platform', 'aws-approvers'],
};
const service = {
  ...times,
  ver: 1,
  jti: 'AT.service',
  iss: SERVER,
  aud: 'api://rolewright',
  cid: '0oarelease1',
  scp: ['rolewright'],
  sub: '0oarelease1',
};

/** Access tokens of a custom authorization server. */
export const oktaCustomServer: ProviderFixture = {
  chapter: 'Okta, a custom server',
  taken: [
    ['a person, by uid', person, { kind: 'person', id: '00uada1', groups: person.groups, email: null }],
    ['a service, by client', service, { kind: 'service', id: '0oarelease1', groups: [] }],
  ],
  refused: [
    ['of the default server', { ...person, iss: 'https://acme.okta.com/oauth2/default' }, /trusted issuer/],
    ['of another application', { ...person, cid: '0oaother1' }, /fits no entry/],
    ['of a service that is not listed', { ...service, cid: '0oabuild1', sub: '0oabuild1' }, /fits no entry/],
    ['without the scope that adds kind', { ...person, kind: undefined }, /kind is not what/],
    [
      'of client credentials through the people’s application',
      { ...service, cid: '0oapeople1', sub: '0oapeople1', kind: 'person', groups: [] },
      /application/,
    ],
    ['without groups', { ...person, groups: undefined }, /has no groups/],
    ['with a group as text', { ...person, groups: 'aws-platform' }, /not a list/],
    ['with a group twice', { ...person, groups: ['aws-platform', 'aws-platform'] }, /more than once/],
    ['without uid', { ...person, uid: undefined }, /uid is missing/],
  ],
};

const idToken = {
  ...times,
  sub: '00uada1',
  name: 'Ada Example',
  email: 'ada@acme.example',
  email_verified: true,
  ver: 1,
  iss: 'https://acme.okta.com',
  aud: '0oapeople1',
  jti: 'ID.LPQaDhnBhZ9wy',
  amr: ['pwd', 'otp', 'mfa'],
  idp: '00oidp1',
  nonce: 'n-0S6_WzA2Mj',
  preferred_username: 'ada@acme.example',
  auth_time: NOW - 60,
  at_hash: 'preview_at_hash',
  groups: ['aws-platform'],
};

/** ID tokens of the org's own authorization server. */
export const oktaOrgServer: ProviderFixture = {
  chapter: 'Okta, the org’s server',
  taken: [
    [
      'a person, by verified email',
      idToken,
      { kind: 'person', id: 'ada@acme.example', groups: ['aws-platform'], email: 'ada@acme.example' },
    ],
  ],
  refused: [
    [
      'that is an access token for Okta',
      { ...person, iss: 'https://acme.okta.com', aud: 'https://acme.okta.com', groups: undefined },
      /aud is not accepted/,
    ],
    ['of another application', { ...idToken, aud: '0oaother1' }, /aud is not accepted/],
    ['of a custom server', { ...idToken, iss: SERVER }, /trusted issuer/],
    ['with an email that nobody verified', { ...idToken, email_verified: false }, /email is missing/],
    ['without the scope groups', { ...idToken, groups: undefined }, /has no groups/],
  ],
};
