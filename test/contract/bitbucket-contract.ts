import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Bitbucket } from '../../domain/bitbucket/port.ts';
import type { DeploymentEnvironment, Repository } from '../../domain/bitbucket/repository.ts';
import { asRepositoryUuid, asWorkspaceUuid } from '../support/identifiers.ts';

/** A Bitbucket with some repositories, and what happens in it. */
export type BitbucketWorld = {
  bitbucket: Bitbucket;
  /** A repository with a project and the two environments; its workspace has OIDC. */
  shop: Repository;
  staging: DeploymentEnvironment;
  production: DeploymentEnvironment;
  /** A repository of the same workspace without environments. */
  web: Repository;
  /** Gives `web` so many environments, called `env-0` and so on. */
  addEnvironments(count: number): Promise<unknown>;
  /** Renames `shop` to `store`. */
  rename(): Promise<unknown>;
  disableOidc(): Promise<unknown>;
  /** Ways to answer no call from now on, by name, each with the code of the port's error. */
  failures: Record<string, { code: string; begin(): Promise<unknown> }>;
  close(): Promise<unknown>;
};

const NO_REPOSITORY = asRepositoryUuid('{00000000-0000-0000-0000-000000000000}');
const NOBODY = { slug: 'nobody', uuid: asWorkspaceUuid('{00000000-0000-0000-0000-000000000000}') };

/** What every Bitbucket keeps to. */
export function bitbucketContract(name: string, open: () => Promise<BitbucketWorld>): void {
  let world: BitbucketWorld;
  let bitbucket: Bitbucket;

  describe(`Bitbucket ${name}`, () => {
    beforeEach(async () => {
      world = await open();
      bitbucket = world.bitbucket;
    });

    afterEach(() => world.close());

    test('a repository is found by slug and by UUID, with its project and workspace', async () => {
      const { shop } = world;
      for (const asked of [shop.slug, shop.uuid]) {
        expect(await bitbucket.findRepository(shop.workspace, asked)).toEqual(shop);
      }
    });

    test('a repository or an environment that is not there is absent', async () => {
      const { shop, web } = world;
      expect(await bitbucket.findRepository(shop.workspace, 'none')).toBeUndefined();
      expect(await bitbucket.findRepository(shop.workspace, NOBODY.uuid)).toBeUndefined();
      expect(await bitbucket.findEnvironment(shop, 'Nowhere')).toBeUndefined();
      expect(await bitbucket.environmentNames({ ...shop, uuid: NO_REPOSITORY })).toEqual([]);
      expect(await bitbucket.findEnvironment(shop, NOBODY.uuid)).toBeUndefined();
      expect(await bitbucket.findEnvironment(web, 'Staging')).toBeUndefined();
    });

    test('an environment is absent where its repository is, and a repository never from a workspace that is not shown', async () => {
      const { shop } = world;
      for (const asked of ['shop', shop.uuid]) {
        await expect(bitbucket.findRepository(NOBODY, asked)).rejects.toMatchObject({ code: 'DENIED' });
      }
      expect(await bitbucket.findEnvironment({ ...shop, uuid: NO_REPOSITORY }, 'Staging')).toBeUndefined();
    });

    test('an environment is found by its UUID in any case, and by its name in exact case only', async () => {
      const { shop, staging, production } = world;
      expect(await bitbucket.findEnvironment(shop, staging.name)).toEqual(staging);
      expect(await bitbucket.findEnvironment(shop, production.name)).toEqual(production);
      expect(await bitbucket.environmentNames(shop)).toEqual(
        expect.arrayContaining([production.name, staging.name]),
      );
      expect(await bitbucket.findEnvironment(shop, staging.uuid)).toEqual(staging);
      expect(await bitbucket.findEnvironment(shop, staging.uuid.toUpperCase())).toEqual(staging);
      for (const other of ['staging', 'STAGING', 'Staging ']) {
        expect(await bitbucket.findEnvironment(shop, other)).toBeUndefined();
      }
    });

    test('the environments of another repository are none of this one', async () => {
      expect(await bitbucket.findEnvironment(world.web, world.staging.uuid)).toBeUndefined();
    });

    test('an environment is found, and is absent, behind more than one page of others', async () => {
      await world.addEnvironments(105);
      expect(await bitbucket.findEnvironment(world.web, 'env-104')).toMatchObject({ name: 'env-104' });
      expect(await bitbucket.findEnvironment(world.web, 'env-105')).toBeUndefined();
    });

    test('a workspace is readable where it is there, and absent where it is not', async () => {
      expect(await bitbucket.isWorkspaceReadable(world.shop.workspace)).toBe(true);
      expect(await bitbucket.isWorkspaceReadable(NOBODY)).toBe(false);
    });

    test('the repositories of a workspace are listed, page by page, by the credential that sees all of it', async () => {
      const { workspace } = world.shop;
      const listed: Repository[] = [];
      let after: string | undefined;
      do {
        const part = await bitbucket.listRepositories(workspace, after);
        expect(part.by).toBe(await bitbucket.wholeViewOf(workspace));
        listed.push(...part.items.map(({ createdAt: _, ...repository }) => repository));
        after = part.next;
      } while (after !== undefined);
      expect(listed).toEqual(expect.arrayContaining([world.shop, world.web]));
      expect(new Set(listed.map(({ uuid }) => uuid)).size).toBe(listed.length);
    });

    test('a renamed repository is the same under its new name', async () => {
      await world.rename();
      const { shop } = world;
      const renamed = { ...shop, slug: 'store', fullName: 'acme/store' };
      for (const asked of ['store', shop.uuid]) {
        expect(await bitbucket.findRepository(shop.workspace, asked)).toEqual(renamed);
      }
      expect(await bitbucket.findEnvironment(renamed, 'Staging')).toEqual(world.staging);
    });

    test('OIDC is enabled where the discovery document exists, and not where it does not', async () => {
      const { slug } = world.shop.workspace;
      expect(await bitbucket.isOidcEnabled(slug)).toBe(true);
      await world.disableOidc();
      expect(await bitbucket.isOidcEnabled(slug)).toBe(false);
      expect(await bitbucket.isOidcEnabled(NOBODY.slug)).toBe(false);
    });

    test('a failed call is never an absence', async () => {
      const { shop, staging } = world;
      const calls = [
        () => bitbucket.findRepository(shop.workspace, 'shop'),
        () => bitbucket.findRepository(shop.workspace, 'none'),
        () => bitbucket.findEnvironment(shop, 'Staging'),
        () => bitbucket.findEnvironment(shop, staging.uuid),
        () => bitbucket.isOidcEnabled(shop.workspace.slug),
        () => bitbucket.isWorkspaceReadable(shop.workspace),
        () => bitbucket.listRepositories(shop.workspace, undefined),
      ];
      for (const [failure, { code, begin }] of Object.entries(world.failures)) {
        await begin();
        for (const call of calls) {
          const outcome = await call().then(
            (found) => ({ failure, found }),
            ({ name: thrown, system, code: said }) => ({ failure, thrown, system, said }),
          );
          expect(outcome).toEqual({ failure, thrown: 'PortError', system: 'Bitbucket', said: code });
        }
      }
    });
  });
}
