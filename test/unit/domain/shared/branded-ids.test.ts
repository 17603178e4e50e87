import { describe, expect, test } from '@jest/globals';
import type { Resource } from '../../../../domain/access/authorisation.ts';
import type { Workspace } from '../../../../domain/bitbucket/oidc.ts';
import type { EventLog, GrantTable } from '../../../../domain/grants/stores.ts';
import {
  type AccountId,
  type EnvironmentUuid,
  type GrantId,
  type GrantKey,
  grantIdOf,
  grantIdSchema,
  type ProjectUuid,
  parseEnvironmentUuid,
  parseGrantId,
  parseProjectUuid,
  parseRepositoryUuid,
  parseWorkspaceUuid,
  type RepositoryUuid,
  type StreamId,
  type WorkspaceUuid,
} from '../../../../domain/shared/identifiers.ts';
import { type EpochMilliseconds, type Instant, later, toEpoch } from '../../../../domain/shared/time.ts';
import type { TrustTarget } from '../../../../domain/trust/policy.ts';
import { ACME, GRANT_ID, production, SHOP_PROJECT, shop } from '../../../support/domain/samples.ts';
import { asAccountId, asInstant } from '../../../support/identifiers.ts';

const UUID = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';

/** Says that a value has a type; each `@ts-expect-error` below fails the type check where the line is allowed. */
const is = <T>(value: T): T => value;

describe('an id of one kind', () => {
  test('is not made of plain text', () => {
    // @ts-expect-error plain text is no repository
    is<RepositoryUuid>(UUID);
    // @ts-expect-error plain text is no workspace
    is<WorkspaceUuid>(UUID);
    // @ts-expect-error plain text is no project
    is<ProjectUuid>(UUID);
    // @ts-expect-error plain text is no environment
    is<EnvironmentUuid>(UUID);
    // @ts-expect-error plain text is no grant
    is<GrantId>('gr_hrq6egvaok6463yco36ybujl4g');
    // @ts-expect-error plain text is no account
    is<AccountId>('111122223333');
    expect(is<string>(shop.uuid)).toBe(shop.uuid);
  });

  test('is no id of another kind', () => {
    // @ts-expect-error an environment is no repository
    is<RepositoryUuid>(production.uuid);
    // @ts-expect-error a workspace is no repository
    is<RepositoryUuid>(ACME.uuid);
    // @ts-expect-error a project is no repository
    is<RepositoryUuid>(SHOP_PROJECT.uuid);
    // @ts-expect-error a repository is no environment
    is<EnvironmentUuid>(shop.uuid);
    // @ts-expect-error a repository is no workspace
    is<WorkspaceUuid>(shop.uuid);
    // @ts-expect-error a workspace is no project
    is<ProjectUuid>(ACME.uuid);
    // @ts-expect-error a repository is no grant
    is<GrantId>(shop.uuid);
    // @ts-expect-error a stream may be of no grant
    is<GrantId>(is<StreamId>(GRANT_ID));
    // @ts-expect-error a grant is no account
    is<AccountId>(GRANT_ID);
    expect(is<GrantId>(GRANT_ID)).toBe(GRANT_ID);
  });

  test('cannot take the place of another where access is decided, stored or trusted', () => {
    // @ts-expect-error the environment in the place of the repository
    is<Pick<Resource, 'repositoryUuid'>>({ repositoryUuid: production.uuid });
    // @ts-expect-error the repository in the place of its workspace
    is<Pick<Resource, 'workspaceUuid'>>({ workspaceUuid: shop.uuid });
    // @ts-expect-error the environment in the place of the repository
    is<Pick<TrustTarget, 'repositoryUuid'>>({ repositoryUuid: production.uuid });
    // @ts-expect-error the repository in the place of its workspace
    is<Workspace>({ slug: 'acme', uuid: shop.uuid });
    // @ts-expect-error the workspace in the place of a repository
    is<Parameters<GrantTable['listLive']>>([ACME.uuid]);
    // @ts-expect-error the repository in the place of a grant
    is<Parameters<EventLog['load']>>([shop.uuid]);
    // @ts-expect-error repository and grant swapped
    is<Parameters<GrantTable['enrol']>>([GRANT_ID, shop.uuid, []]);
    // @ts-expect-error the environment in the place of the repository
    is<Pick<GrantKey, 'repositoryUuid'>>({ repositoryUuid: production.uuid });
    expect(is<Parameters<GrantTable['enrol']>>([shop.uuid, GRANT_ID, []])).toHaveLength(3);
  });
});

describe('a time', () => {
  test('is no plain value, and no time of another form', () => {
    const at = asInstant('2026-11-23T09:00:00.000Z');
    // @ts-expect-error plain text is no instant
    is<Instant>('2026-11-23T09:00:00.000Z');
    // @ts-expect-error a plain number is no epoch time
    is<EpochMilliseconds>(1_795_424_400_000);
    // @ts-expect-error an instant is no epoch time
    is<EpochMilliseconds>(at);
    // @ts-expect-error an epoch time is no instant
    is<Instant>(toEpoch(at));
    // @ts-expect-error what is added by hand is a plain number
    is<EpochMilliseconds>(toEpoch(at) + 1000);
    expect(later(toEpoch(at), 1000)).toBe(1_795_424_401_000);
    expect(later(toEpoch(at), -1000)).toBe(1_795_424_399_000);
  });
});

describe('an id that is parsed', () => {
  test.each([
    ['workspace', parseWorkspaceUuid],
    ['project', parseProjectUuid],
    ['repository', parseRepositoryUuid],
    ['environment', parseEnvironmentUuid],
  ])('of a %s is in lower case, and nothing but a UUID in braces', (_, parse) => {
    expect(parse(UUID.toUpperCase())).toBe(UUID);
    for (const text of ['', '*', '{*}', UUID.slice(1, -1), `${UUID}:*`, ` ${UUID}`, `${UUID}\n`]) {
      expect(parse(text)).toBeUndefined();
    }
  });

  test('of a grant is exactly that', () => {
    expect(parseGrantId(GRANT_ID)).toBe(GRANT_ID);
    for (const text of [
      '',
      'gr_x',
      GRANT_ID.toUpperCase(),
      `${GRANT_ID}a`,
      `${GRANT_ID}\n`,
      ` ${GRANT_ID}`,
    ]) {
      expect(parseGrantId(text)).toBeUndefined();
    }
  });

  test('is what a key gives', () => {
    const accountId = asAccountId('111122223333');
    const id = grantIdOf({
      accountId,
      repositoryUuid: shop.uuid,
      template: 's3-static-site',
      name: 'default',
    });
    expect(grantIdSchema.parse(id)).toBe(id);
  });
});
