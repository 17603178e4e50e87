import { type ProviderFixture, TIMES } from './fixture.ts';

// Source: Google Identity, "OpenID Connect", an ID token's payload; Google Cloud, "Types of tokens", ID tokens of service
// accounts.
const { nbf: _, ...times } = TIMES;

const person = {
  ...times,
  iss: 'https://accounts.google.com',
  azp: '1234567890-people.apps.googleusercontent.com',
  aud: '1234567890-people.apps.googleusercontent.com',
  sub: '10769150350006150715113082367',
  at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
  hd: 'acme.example',
  email: 'Ada@acme.example',
  email_verified: true,
};
const service = {
  ...times,
  iss: 'https://accounts.google.com',
  aud: 'rolewright',
  azp: '113774264463038321964',
  sub: '113774264463038321964',
  email: 'release@acme.iam.gserviceaccount.com',
  email_verified: true,
};

/** Google's ID tokens. */
export const google: ProviderFixture = {
  chapter: 'Google',
  taken: [
    [
      'a person of the Workspace, without groups',
      person,
      { kind: 'person', id: 'ada@acme.example', groups: [], email: 'ada@acme.example' },
    ],
    [
      'groups that no entry reads',
      { ...person, groups: ['platform'] },
      { kind: 'person', id: 'ada@acme.example', groups: [] },
    ],
    ['a service account that is listed', service, { kind: 'service', id: service.sub, groups: [] }],
  ],
  refused: [
    [
      'of a person without a Workspace',
      { ...person, hd: undefined, email: 'ada@gmail.com' },
      /hd is not what/,
    ],
    ['of another Workspace', { ...person, hd: 'evil.example' }, /hd is not what/],
    ['of a Workspace below ours', { ...person, hd: 'sub.acme.example' }, /hd is not what/],
    ['of our Workspace in other case', { ...person, hd: 'ACME.example' }, /hd is not what/],
    ['with an email that is not verified', { ...person, email_verified: false }, /email is missing/],
    [
      'for another application',
      { ...person, aud: '1234567890-other.apps.googleusercontent.com' },
      /fits no entry/,
    ],
    [
      'of another customer’s service account',
      { ...service, sub: '113774264463038321965', azp: '113774264463038321965' },
      /fits no entry/,
    ],
    [
      'of a service account for the people’s application',
      { ...service, aud: person.aud, hd: 'acme.example' },
      /application/,
    ],
    ['of Google’s issuer in its short form', { ...person, iss: 'accounts.google.com' }, /trusted issuer/],
  ],
  opaque: ['ya29.a0AfH6SMBx-Example', '1//0gExampleRefreshToken'],
};
