import { describe, expect, test } from '@jest/globals';
import { isApplicationToken } from '../../../../../domain/access/issuers/application-token.ts';

const person = { sub: 'f:5e1a:ada', email: 'ada@acme.example', email_verified: true };

describe('a token is an application’s, also with a verified email,', () => {
  test.each<[string, Record<string, unknown>]>([
    ['as Keycloak’s service account by its user name', { preferred_username: 'service-account-release' }],
    ['in other case', { preferred_username: 'Service-Account-Release' }],
    ['by its host', { clientHost: '10.0.0.1', azp: 'release', client_id: 'release' }],
    ['by its address', { clientAddress: '10.0.0.1' }],
    ['by the older claim', { clientId: 'release', azp: 'release' }],
    ['by the grant in the id of the token', { jti: 'trrtcc:3d7c0a51-1111-4222-8333-944455566677' }],
    ['as Auth0’s', { gty: 'client-credentials' }],
    ['as Auth0’s by its subject', { sub: 'abc@clients' }],
    ['as FusionAuth’s, among others', { gty: ['password', 'client_credentials'] }],
    ['as FusionAuth’s, in a list', { gty: ['client_credentials'] }],
    ['in capitals', { gty: 'Client_Credentials' }],
    ['by the grant', { grant_type: 'client_credentials' }],
    ['as Entra’s', { idtyp: 'app' }],
    ['as Entra’s, in capitals', { idtyp: 'App' }],
    ['as Entra’s without idtyp', { tid: '5f1e', oid: '266b', sub: '266b' }],
    ['as Okta’s', { sub: '0oa1', cid: '0oa1' }],
    ['by a client whose id is a number', { sub: '4711', client_id: 4711 }],
    ['by a client in a list', { sub: 'release', azp: ['release'] }],
    ['by a client among others', { sub: 'release', azp: ['web', 'release'] }],
    ['by a client in other case', { sub: 'Release', azp: 'release' }],
    ['as Cognito’s by its client', { sub: '6jk', client_id: '6jk', token_use: 'access' }],
    ['as Cognito’s without a user', { token_use: 'access', client_id: '6jk' }],
    ['as Cognito’s with an empty user', { token_use: 'access', username: '' }],
    ['as Google’s', { email: 'ci@shop.iam.gserviceaccount.com' }],
    ['as Google’s own', { email: 'service-1@gcp-sa-pubsub.IAM.GServiceAccount.com' }],
    ['as App Engine’s', { email: 'shop@appspot.gserviceaccount.com' }],
    ['as Kubernetes’', { sub: 'system:serviceaccount:ci:release' }],
    ['as AWS’', { sub: 'arn:aws:iam::111122223333:role/release' }],
    ['as AWS’ by its claim', { 'https://sts.amazonaws.com/': {} }],
    ['as a Bitbucket step’s', { repositoryUuid: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}' }],
    ['as Oracle’s', { sub_type: 'client' }],
  ])('%s', (_, claims) => {
    expect(isApplicationToken({ ...person, ...claims })).toBe(true);
  });
});

test.each<[string, Record<string, unknown>]>([
  ['through an application', { azp: 'web', client_id: 'web', gty: 'authorization_code' }],
  [
    'of Keycloak',
    { preferred_username: 'ada', azp: 'web', jti: 'onrtac:3d7c0a51-1111-4222-8333-944455566677' },
  ],
  ['of Entra', { idtyp: 'user', tid: '5f1e', oid: '266b', sub: 'pairwise' }],
  ['of Cognito', { token_use: 'access', username: 'ada', client_id: '6jk' }],
  ['of Cognito, for sign-in', { token_use: 'id' }],
  ['without a client', { azp: undefined, client_id: null, appid: '' }],
  ['of Okta', { cid: '0oa1', uid: '00u1', sub: '00u1' }],
  ['of a person whose name holds a machine’s', { preferred_username: 'my-service-account-x' }],
  ['of a subject that begins as Auth0’s machines end', { sub: 'a@clients.example' }],
  ['of a subject that holds Kubernetes’ beginning', { sub: 'x:system:serviceaccount:ci' }],
  ['of a subject that holds AWS’ beginning', { sub: 'x|arn:aws:iam::111122223333:role/r' }],
  ['of a domain that begins as Google’s machines', { email: 'a@gserviceaccount.com.acme.example' }],
  ['whose id holds a machine’s grant', { jti: 'abcdecc:3d7c0a51' }],
  ['with an oid, and of no tenant', { oid: 'f:5e1a:ada' }],
  ['of a tenant, without an oid', { tid: '5f1e' }],
  ['with an email that resembles a machine’s', { email: 'gserviceaccount.com@acme.example' }],
])('a person’s token %s is a person’s', (_, claims) => {
  expect(isApplicationToken({ ...person, ...claims })).toBe(false);
});
