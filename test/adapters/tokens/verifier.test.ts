import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { identifiersOf } from '../../../domain/shared/principal.ts';
import {
  ACME,
  acmeAudience,
  acmeUuid,
  type Claims,
  deploymentClaims,
  ENVIRONMENT,
  globexUuid,
  PERSONS,
  personClaims,
  REPOSITORY,
  SERVICES,
  STEP,
  serviceClaims,
  sign,
  stepClaims,
} from '../../support/adapters/issuers.ts';
import {
  expectRefused,
  startTokenWorld,
  type TokenWorld,
  verified,
} from '../../support/adapters/token-world.ts';

let world: TokenWorld;

beforeAll(async () => {
  world = await startTokenWorld();
});

beforeEach(() => world.reset());

afterAll(() => world.server.close());

describe('a good token', () => {
  test("of a person is that person, by email in lower case, with the issuer's groups", async () => {
    expect(await verified(world, await sign(personClaims, world.person))).toEqual({
      principal: {
        kind: 'person',
        id: 'ada@acme.example',
        identifiers: identifiersOf({ sub: [PERSONS, 'person-1'], emails: ['ada@acme.example'] }),
      },
      groups: ['platform'],
      issuer: PERSONS,
    });
  });

  test('of a service is that service, without groups when it names none', async () => {
    for (const groups of [undefined, null, []]) {
      expect(await verified(world, await sign({ ...serviceClaims, groups }, world.service))).toEqual({
        principal: { kind: 'service', id: 'nightly-Build' },
        groups: [],
        issuer: SERVICES,
      });
    }
  });

  const run = {
    workspaceUuid: acmeUuid,
    workspaceSlug: 'acme',
    repositoryUuid: REPOSITORY,
    environmentUuid: undefined,
    stepUuid: STEP,
    pipelineUuid: '{0d3b2f5e-1111-4222-8333-944455566677}',
    branchName: 'main',
  };

  test('of a step is its repository, and its environment when it deploys', async () => {
    const principal = { kind: 'pipeline', id: REPOSITORY };
    expect(await verified(world, await sign(stepClaims, world.acme))).toEqual({
      principal,
      groups: [],
      issuer: ACME,
      pipeline: run,
    });
    expect(await verified(world, await sign(deploymentClaims, world.acme))).toEqual({
      principal,
      groups: [],
      issuer: ACME,
      pipeline: { ...run, environmentUuid: ENVIRONMENT },
    });
  });

  test('of a step with UUIDs in upper case is the same run', async () => {
    const upper = Object.fromEntries(
      ['sub', 'workspaceUuid', 'repositoryUuid', 'stepUuid', 'deploymentEnvironmentUuid'].map((name) => [
        name,
        String(deploymentClaims[name]).toUpperCase(),
      ]),
    );
    expect(await verified(world, await sign({ ...deploymentClaims, ...upper }, world.acme))).toMatchObject({
      principal: { id: REPOSITORY },
      pipeline: { ...run, environmentUuid: ENVIRONMENT },
    });
  });

  test('of a step may leave out what Bitbucket does not promise', async () => {
    const { stepUuid: _, pipelineUuid: __, branchName: ___, ...bare } = stepClaims;
    expect(await verified(world, await sign(bare, world.acme))).toMatchObject({
      pipeline: { stepUuid: STEP },
    });
  });

  test('says nothing of its kind: a claim changes nothing', async () => {
    const claims = {
      ...serviceClaims,
      kind: 'person',
      repositoryUuid: REPOSITORY,
      email: 'ada@acme.example',
    };
    expect(await verified(world, await sign(claims, world.service))).toMatchObject({
      principal: { kind: 'service', id: 'nightly-Build' },
    });
  });
});

describe('a token of a step is refused', () => {
  test("that did not ask for our audience, or lacks its workspace's own", async () => {
    const globexAudience = 'ari:cloud:bitbucket::workspace/979f3574-6128-47d7-81ae-79d593e68689';
    for (const aud of [
      acmeAudience,
      [acmeAudience],
      [acmeAudience, 'sts.amazonaws.com'],
      'rolewright',
      ['rolewright'],
      ['rolewright', globexAudience],
      [`${acmeAudience}x`, 'rolewright'],
    ]) {
      await expectRefused(world, await sign({ ...stepClaims, aud }, world.acme));
    }
  });

  const otherUuid = '{3b2f8666-11df-42ad-adc4-55d5d305ae3a}';
  const disagreements: [string, Claims][] = [
    ['another repository', { sub: `${otherUuid}:${STEP}` }],
    ['another repository claim', { repositoryUuid: otherUuid }],
    ['no repository claim', { repositoryUuid: undefined }],
    ['a repository that is no UUID', { repositoryUuid: '*', sub: `*:${STEP}` }],
    ['another workspace', { workspaceUuid: globexUuid }],
    ['no workspace', { workspaceUuid: undefined }],
    ['another step', { stepUuid: otherUuid }],
    ['no step in sub', { sub: REPOSITORY }],
    ['a step that is no UUID', { sub: `${REPOSITORY}:*`, stepUuid: undefined }],
    ['an environment that only sub has', { sub: `${REPOSITORY}:${ENVIRONMENT}:${STEP}` }],
    ['an environment that only the claim has', { deploymentEnvironmentUuid: ENVIRONMENT }],
    [
      'another environment',
      { sub: `${REPOSITORY}:${otherUuid}:${STEP}`, deploymentEnvironmentUuid: ENVIRONMENT },
    ],
    [
      'an environment that is no UUID',
      { sub: `${REPOSITORY}:production:${STEP}`, deploymentEnvironmentUuid: 'production' },
    ],
    ['too many parts', { sub: `${REPOSITORY}:${ENVIRONMENT}:${STEP}:${STEP}` }],
    ['an empty sub', { sub: '' }],
    ['no sub', { sub: undefined }],
  ];

  test.each(disagreements)('whose claims disagree: %s', async (_, claims) => {
    await expectRefused(world, await sign({ ...stepClaims, ...claims }, world.acme));
  });
});
