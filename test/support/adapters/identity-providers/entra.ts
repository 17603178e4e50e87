import { type ProviderFixture, TIMES } from './fixture.ts';

// Source: Microsoft identity platform, "Access token claims reference", "Optional claims reference", "Configure group claims
// and app roles in tokens". The ids are those of its examples.
const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee';
const API = '11112222-bbbb-3333-cccc-4444dddd5555';
const PLATFORM = '2f1a6b3c-0b0e-4d5f-9a57-0c7d1c1f6e01';
const APPROVERS = '7c3f9d12-5f6b-4c1e-8a40-aa10b2c3d4e5';

const common = { ...TIMES, tid: TENANT, rh: '0.AXkA', uti: 'qqqq', aio: 'ATQAy/8' };
const personOfV2 = {
  ...common,
  aud: API,
  iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  azp: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  azpacr: '0',
  idtyp: 'user',
  acct: 0,
  name: 'Ada Example',
  oid: '33334444-dddd-5555-eeee-6666ffff7777',
  preferred_username: 'ada@acme.example',
  scp: 'ask',
  sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
  groups: [PLATFORM, APPROVERS],
  ver: '2.0',
};
const serviceOfV2 = {
  ...common,
  aud: API,
  iss: personOfV2.iss,
  azp: '55556666-ffff-7777-aaaa-8888bbbb9999',
  azpacr: '1',
  idtyp: 'app',
  oid: '77778888-aaaa-9999-bbbb-0000cccc1111',
  sub: '77778888-aaaa-9999-bbbb-0000cccc1111',
  roles: ['readers'],
  ver: '2.0',
};
const { groups: _, ...groupless } = personOfV2;
const overage = {
  _claim_names: { groups: 'src1' },
  _claim_sources: {
    src1: {
      endpoint: `https://graph.microsoft.com/v1.0/users/${personOfV2.oid}/getMemberObjects`,
    },
  },
};
const { roles: __, ...roleless } = serviceOfV2;

/** Entra's tokens of version 2. */
export const entraVersion2: ProviderFixture = {
  chapter: 'Microsoft Entra, version 2',
  taken: [
    [
      'a person, by object id, with groups as GUIDs',
      personOfV2,
      { kind: 'person', id: personOfV2.oid, groups: [PLATFORM, APPROVERS], email: null },
    ],
    [
      'a person whose domain’s owner was verified',
      { ...personOfV2, email: 'Ada@acme.example', xms_edov: true },
      { kind: 'person', id: personOfV2.oid, groups: [PLATFORM, APPROVERS], email: 'ada@acme.example' },
    ],
    [
      'a person whose email any administrator could have written',
      { ...personOfV2, email: 'ada@acme.example' },
      { kind: 'person', id: personOfV2.oid, groups: [PLATFORM, APPROVERS], email: null },
    ],
    [
      'a person in no group that is assigned',
      { ...personOfV2, groups: [] },
      { kind: 'person', id: personOfV2.oid, groups: [] },
    ],
    [
      'an application with app roles',
      serviceOfV2,
      { kind: 'service', id: serviceOfV2.oid, groups: ['readers'] },
    ],
    ['an application without', roleless, { kind: 'service', id: serviceOfV2.oid, groups: [] }],
  ],
  refused: [
    ['without idtyp, which must be asked for', { ...personOfV2, idtyp: undefined }, /fits no entry/],
    ['of a device', { ...personOfV2, idtyp: 'device' }, /fits no entry/],
    ['of a guest', { ...personOfV2, acct: 1 }, /acct/],
    ['for Microsoft Graph', { ...personOfV2, aud: '00000003-0000-0000-c000-000000000000' }, /fits no entry/],
    [
      'of version 1',
      { ...personOfV2, iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0' },
      /trusted issuer/,
    ],
    [
      'of another tenant',
      { ...personOfV2, iss: personOfV2.iss.replace('aaaabbbb', 'ffffbbbb') },
      /trusted issuer/,
    ],
    ['with more than 200 groups', { ...groupless, ...overage }, /too many/],
    ['with too many groups in the implicit flow', { ...groupless, hasgroups: true }, /too many/],
    ['with an overage beside groups', { ...personOfV2, ...overage }, /too many/],
    ['without groups', groupless, /has no groups/],
    ['with groups as text', { ...personOfV2, groups: PLATFORM }, /not a list/],
    ['with groups as text of a list', { ...personOfV2, groups: JSON.stringify([PLATFORM]) }, /not a list/],
    ['with nested groups', { ...personOfV2, groups: [[PLATFORM]] }, /not a list/],
    ['with groups as objects', { ...personOfV2, groups: [{ id: PLATFORM }] }, /not a list/],
    [
      'of an application that claims to be a user',
      { ...serviceOfV2, idtyp: 'user', groups: [] },
      /application/,
    ],
    ['with roles as text', { ...serviceOfV2, roles: 'readers' }, /not a list/],
  ],
};

const personOfV1 = {
  ...common,
  aud: 'api://rolewright',
  iss: `https://sts.windows.net/${TENANT}/`,
  acr: '1',
  amr: ['pwd', 'mfa'],
  appid: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  appidacr: '0',
  idtyp: 'user',
  family_name: 'Example',
  given_name: 'Ada',
  groups: [PLATFORM],
  ipaddr: '192.0.2.1',
  name: 'Ada Example',
  oid: personOfV2.oid,
  scp: 'ask',
  sub: 'l3roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA',
  unique_name: 'ada@acme.example',
  upn: 'ada@acme.example',
  ver: '1.0',
};

/** Entra's tokens of version 1. */
export const entraVersion1: ProviderFixture = {
  chapter: 'Microsoft Entra, version 1',
  taken: [
    [
      'a person, by the same object id as in version 2',
      personOfV1,
      { kind: 'person', id: personOfV2.oid, groups: [PLATFORM], email: null },
    ],
  ],
  refused: [
    ['of version 2', personOfV2, /trusted issuer/],
    ['for the API’s id in place of its URI', { ...personOfV1, aud: API }, /aud is not accepted/],
    ['whose issuer lacks the slash', { ...personOfV1, iss: personOfV1.iss.slice(0, -1) }, /trusted issuer/],
    [
      'of an application',
      { ...personOfV1, idtyp: 'app', oid: 'x', sub: 'x', upn: undefined },
      /fits no entry/,
    ],
    ['with too many groups', { ...personOfV1, groups: undefined, ...overage }, /too many/],
  ],
};
