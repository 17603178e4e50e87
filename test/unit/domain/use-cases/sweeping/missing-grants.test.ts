import { beforeEach, describe, expect, test } from '@jest/globals';
import { INSTALLATION, repositoryStreamOf } from '../../../../../domain/shared/identifiers.ts';
import { freezeGrant } from '../../../../../domain/use-cases/containment/freeze-grant.ts';
import { revokeRepository } from '../../../../../domain/use-cases/containment/revoke-repository.ts';
import { platform } from '../../../../support/domain/fakes/fakes.ts';
import { HOUR_MS, SweepWorld } from '../../../../support/domain/fakes/sweep-world.ts';
import { newRepository, siteRule } from '../../../../support/domain/follow.ts';
import { configurationContent, configurationOf, present } from '../../../../support/domain/samples.ts';

const cart = newRepository('shop-cart');

const worldOf = (...rules: object[]) => {
  const made = new SweepWorld();
  made.configuration = configurationOf({ ...configurationContent(), onRepositoryCreated: rules });
  return made;
};
let world: SweepWorld;
beforeEach(async () => {
  world = worldOf(siteRule({ sweep: true }));
  await world.deployRules();
  world.clock.advance(HOUR_MS);
});

const grantOf = async (uuid = cart.uuid) => (await world.grantsOf(uuid))[0];

describe('a repository whose webhook was lost', () => {
  test('gets what a rule with sweep gives it, announced before', async () => {
    world.createUnheard(cart);
    expect(await world.sweep()).toMatchObject({ requested: 1, without: 0, failed: 0 });
    expect(await grantOf()).toMatchObject({
      state: 'active',
      request: { requestedBy: { kind: 'system', id: 'repository-rules' } },
    });
    expect(await world.installationStory()).toEqual([
      'InstallationRulesChanged',
      'InstallationRepositoryFound',
      'InstallationSwept',
    ]);
  });

  test('gets it once', async () => {
    world.createUnheard(cart);
    await world.sweep();
    const story = world.story();
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 0 });
    expect(world.story()).toEqual(story);
  });

  test('gets nothing by a rule without sweep, and is not reported by one', async () => {
    world = worldOf(siteRule());
    await world.deployRules();
    world.createUnheard(cart);
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 0 });
    expect(world.story()).toEqual([]);
  });

  test('is only reported where it was created before the rule was deployed', async () => {
    world = worldOf(siteRule({ sweep: true }));
    world.createUnheard(cart);
    world.clock.advance(1000);
    await world.deployRules();
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 1 });
    expect(world.findings).toMatchObject([{ why: 'without-grant', repository: 'acme/shop-cart' }]);
    expect(await grantOf()).toBeUndefined();
  });

  test('is only reported where it is not known since when the rule is deployed', async () => {
    world = worldOf(siteRule({ sweep: true }));
    world.createUnheard(cart);
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 1 });
    expect(world.story()).toEqual([]);
  });

  test('is only reported where the rule was changed since', async () => {
    world.createUnheard(cart);
    world.clock.advance(1000);
    world.configuration = configurationOf({
      ...configurationContent(),
      onRepositoryCreated: [siteRule({ sweep: true, slug: 'shop-c*' })],
    });
    await world.deployRules();
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 1 });
  });

  test.each([
    ['8 days ago', 8 * 24 * HOUR_MS],
    ['exactly 7 days ago', 7 * 24 * HOUR_MS],
  ])('is only reported where it was created %s', async (_, age) => {
    world.createUnheard(cart);
    world.clock.advance(age);
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 1 });
    expect(await grantOf()).toBeUndefined();
  });

  test('that is old does not have the stream of the installation read, which grows', async () => {
    world.createUnheard(cart);
    world.clock.advance(8 * 24 * HOUR_MS);
    const read: string[] = [];
    const { loadFrom } = world.log;
    world.log.loadFrom = (id, ...rest) => {
      read.push(id);
      return loadFrom.call(world.log, id, ...rest);
    };
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 1 });
    expect(read).not.toContain(INSTALLATION);
  });

  test('is only reported where Bitbucket does not say when it was created', async () => {
    world.bitbucket.repositories.push(cart);
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 1 });
  });

  test('gets nothing where its grant has any trace: revoked, rejected, waiting, frozen', async () => {
    const endings = [
      (id: string) => world.revoke(id),
      (id: string) =>
        freezeGrant(
          world.requestPorts,
          { grantId: id, reason: 'Odd' },
          { caller: platform, correlationId: 'c', entryPoint: 'http' },
        ),
    ];
    for (const [n, end] of endings.entries()) {
      const repository = newRepository(`shop-${n}`, n + 10);
      world.createUnheard(repository);
      await world.request({ repository: repository.uuid, parameters: { bucket: repository.slug } });
      await end(present(await grantOf(repository.uuid)).id);
    }
    const story = world.story();
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 0 });
    expect(world.story()).toEqual(story);
  });

  test('gets nothing while it is held', async () => {
    world.createUnheard(cart);
    await revokeRepository(
      world.requestPorts,
      { repository: cart.uuid, reason: 'Leaked' },
      { caller: platform, correlationId: 'c', entryPoint: 'http' },
    );
    expect(await world.eventTypes(repositoryStreamOf(cart.uuid))).toContain('RepositoryHeld');
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 1 });
    expect(await grantOf()).toBeUndefined();
    expect(await world.installationStory()).toEqual(['InstallationRulesChanged']);
  });

  test('gets nothing while the installation is frozen', async () => {
    world.createUnheard(cart);
    world.switch.freeze = { reason: 'Incident' };
    expect(await world.sweep()).toMatchObject({ requested: 0, without: 1 });
    expect(world.iam.roles.size).toBe(0);
  });

  test('is approved by its rule, also where the process died before that', async () => {
    world = worldOf(siteRule({ sweep: true, approved: true }));
    world.redeploy((content) => {
      content.approval = 'required';
      content.requestableBy = ['person', 'system'];
    });
    await world.deployRules();
    world.clock.advance(HOUR_MS);
    world.createUnheard(cart);
    const { append } = world.log;
    world.log.append = (event) =>
      event.type === 'GrantApproved' ? Promise.reject(new Error('dies')) : append.call(world.log, event);
    await world.sweep();
    expect(await grantOf()).toMatchObject({ state: 'pending' });
    world.log.append = append;
    await world.sweep();
    expect(await grantOf()).toMatchObject({ state: 'active' });
  });
});

describe('a sweep', () => {
  test('requests ten at most, reports the others, and goes on in the next', async () => {
    for (let n = 1; n <= 12; n += 1) world.createUnheard(newRepository(`shop-${n}`, n));
    expect(await world.sweep()).toMatchObject({ requested: 10, without: 2 });
    expect(world.findings).toHaveLength(2);
    expect(await world.sweep()).toMatchObject({ requested: 2, without: 0 });
  });

  test('that dies after an announcement requests what it announced, and announces nothing twice', async () => {
    world.createUnheard(cart);
    const { append } = world.log;
    world.log.append = (event) =>
      event.type === 'GrantRequested' ? Promise.reject(new Error('dies')) : append.call(world.log, event);
    expect(await world.run()).toMatchObject({ is: 'over', found: { failed: 1, requested: 0 } });
    world.log.append = append;
    world.clock.advance(60_000);
    expect(await world.sweep()).toMatchObject({ requested: 1 });
    expect(await grantOf()).toMatchObject({ state: 'active' });
  });
});

describe('what rules are in force', () => {
  test('is recorded once for each change of those with sweep', async () => {
    await world.deployRules();
    expect(await world.installationStory()).toEqual(['InstallationRulesChanged']);
    world.configuration = configurationOf({ ...configurationContent(), onRepositoryCreated: [] });
    await world.deployRules();
    await world.deployRules();
    expect(await world.installationStory()).toEqual(['InstallationRulesChanged', 'InstallationRulesChanged']);
  });

  test('is not recorded where there never was one with sweep', async () => {
    world = worldOf(siteRule());
    await world.deployRules();
    expect(await world.installationStory()).toEqual([]);
  });
});
