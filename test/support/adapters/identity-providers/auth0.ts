import { NOW } from '../issuers.ts';
import { type ProviderFixture, TIMES } from './fixture.ts';

// Source: Auth0, "Access Token Profiles", "Create Custom Claims", "Client Credentials Flow".
const ISSUER = 'https://acme.eu.auth0.com/';
const API = 'https://rolewright.acme.example';
const GROUPS = 'https://acme.example/groups';
const KIND = 'https://acme.example/kind';
const { nbf: _, ...times } = TIMES;

const person = {
  ...times,
  iss: ISSUER,
  sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
  aud: [API, `${ISSUER}userinfo`],
  scope: 'openid profile email',
  azp: 'PeopleClient00000000000000000001',
  [KIND]: 'person',
  [GROUPS]: ['platform', 'developers'],
};
const service = {
  ...times,
  iss: ISSUER,
  sub: 'ReleaseClient0000000000000000001@clients',
  aud: API,
  gty: 'client-credentials',
  azp: 'ReleaseClient0000000000000000001',
  [KIND]: 'service',
};

/** Access tokens for an API of an Auth0 tenant. */
export const auth0: ProviderFixture = {
  chapter: 'Auth0',
  taken: [
    [
      'a person, with groups in a claim named by a URL',
      person,
      { kind: 'person', id: person.sub, groups: ['platform', 'developers'], email: null },
    ],
    ['a service', service, { kind: 'service', id: 'ReleaseClient0000000000000000001', groups: [] }],
  ],
  refused: [
    ['whose issuer lacks the slash', { ...person, iss: ISSUER.slice(0, -1) }, /trusted issuer/],
    ['for another API', { ...person, aud: ['https://payroll.acme.example'] }, /fits no entry/],
    ['that is an ID token', { ...person, aud: person.azp, nonce: 'n', auth_time: NOW }, /fits no entry/],
    ['without an Action', { ...person, [KIND]: undefined }, /fits no entry/],
    [
      'of a machine in people’s clothes',
      { ...service, [KIND]: 'person', [GROUPS]: ['platform'] },
      /application/,
    ],
    ['without groups', { ...person, [GROUPS]: undefined }, /has no https/],
    [
      'whose groups are where people write',
      { ...person, [GROUPS]: undefined, groups: ['platform'] },
      /has no https/,
    ],
    [
      'whose groups are one step down',
      { ...person, [GROUPS]: undefined, 'https://acme': { 'example/groups': 'platform' } },
      /not a list/,
    ],
    ['with groups as text', { ...person, [GROUPS]: 'platform developers' }, /not a list/],
  ],
  opaque: ['Nk7lHBdVzJm2q1Gx', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..c2l4dGVlbg.Y2lwaGVydGV4dA.dGFn'],
};
