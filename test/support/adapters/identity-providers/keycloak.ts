import { NOW } from '../issuers.ts';
import { type ProviderFixture, TIMES } from './fixture.ts';

// Source: Keycloak, "Server Administration Guide", protocol mappers, audience support, service accounts; the classes
// AccessToken and TokenUtil.
const ISSUER = 'https://sso.acme.example/realms/acme';
const DEFAULTS = ['default-roles-acme', 'offline_access', 'uma_authorization'];
const { nbf: _, ...times } = TIMES;

const person = {
  ...times,
  auth_time: NOW - 60,
  jti: 'onrtac:5c0f0d4e-1111-4222-8333-944455566677',
  iss: ISSUER,
  aud: ['rolewright', 'account'],
  sub: 'f3b6a1c2-1111-4222-8333-944455566677',
  typ: 'Bearer',
  azp: 'rolewright-cli',
  sid: '0a1b2c3d-1111-4222-8333-944455566677',
  acr: '1',
  realm_access: { roles: [...DEFAULTS, 'platform'] },
  resource_access: { account: { roles: ['manage-account'] } },
  scope: 'openid email profile',
  kind: 'person',
  email_verified: true,
  name: 'Ada Example',
  preferred_username: 'ada',
  email: 'ada@acme.example',
};
const service = {
  ...times,
  jti: 'trrtcc:5c0f0d4e-1111-4222-8333-944455566677',
  iss: ISSUER,
  aud: 'rolewright',
  sub: '9d8c7b6a-1111-4222-8333-944455566677',
  typ: 'Bearer',
  azp: 'release-bot',
  acr: '1',
  realm_access: { roles: [...DEFAULTS, 'readers'] },
  scope: 'email profile',
  kind: 'service',
  clientHost: '192.0.2.1',
  clientAddress: '192.0.2.1',
  client_id: 'release-bot',
  preferred_username: 'service-account-release-bot',
};

/** Access tokens of a realm. */
export const keycloak: ProviderFixture = {
  chapter: 'Keycloak',
  taken: [
    [
      'a person, with the realm’s roles by path',
      person,
      { kind: 'person', id: person.sub, groups: [...DEFAULTS, 'platform'], email: 'ada@acme.example' },
    ],
    [
      'a person without any role',
      { ...person, realm_access: { roles: [] } },
      { kind: 'person', id: person.sub, groups: [] },
    ],
    ['a service account', service, { kind: 'service', id: 'release-bot', groups: [...DEFAULTS, 'readers'] }],
  ],
  refused: [
    ['without an audience mapper', { ...person, aud: 'account' }, /fits no entry/],
    ['without any audience', { ...person, aud: undefined }, /fits no entry/],
    ['of another realm', { ...person, iss: 'https://sso.acme.example/realms/master' }, /trusted issuer/],
    ['of a service account through the people’s client', { ...service, kind: 'person' }, /application/],
    [
      'of a service account that only its id shows',
      { ...person, jti: service.jti, email: undefined, preferred_username: 'bot' },
      /application/,
    ],
    ['to refresh', { ...person, typ: 'Refresh' }, /neither an access token nor an ID token/],
    ['without roles', { ...person, realm_access: undefined }, /has no realm_access\.roles/],
    ['with roles of clients only', { ...person, realm_access: {} }, /has no realm_access\.roles/],
    ['whose path meets a list', { ...person, realm_access: ['platform'] }, /not a list/],
    ['whose path meets text', { ...person, realm_access: 'platform' }, /not a list/],
    ['with a role as text', { ...person, realm_access: { roles: 'platform' } }, /not a list/],
    ['with nested roles', { ...person, realm_access: { roles: [{ name: 'platform' }] } }, /not a list/],
    [
      'that is lightweight',
      { ...person, sub: undefined, realm_access: undefined },
      /sub is not accepted|sub is missing/,
    ],
  ],
};
