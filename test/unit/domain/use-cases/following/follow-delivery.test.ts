import { describe, expect, test } from '@jest/globals';
import type { RepositoryUuid } from '../../../../../domain/shared/identifiers.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import { CONFIGURATION, REPOSITORY_RULES } from '../../../../../domain/shared/principal.ts';
import { appendEvent, loadStream } from '../../../../../domain/use-cases/grant-stream.ts';
import { FollowWorld, newRepository, siteRule } from '../../../../support/domain/follow.ts';
import { ACME, GLOBEX, GRANT_ID, present, shop, web } from '../../../../support/domain/samples.ts';

const fresh = newRepository('shop-new');
const about = (uuid: RepositoryUuid) => ({ repository: { uuid } });

async function worldWith(...rules: unknown[]): Promise<FollowWorld> {
  const world = new FollowWorld(...rules);
  world.bitbucket.repositories.push(fresh);
  return world;
}

describe('a new repository', () => {
  test.each(['repo:created', 'repo:imported'])(
    'gets by %s what a rule says, in the name of the rules',
    async (event) => {
      const world = await worldWith(siteRule());
      await world.deliver(event, about(fresh.uuid));
      const [grant] = await world.grantsOf(fresh.uuid);
      expect(grant).toMatchObject({ state: 'active', request: { requestedBy: REPOSITORY_RULES } });
      const [first] = await world.log.load(present(grant).id);
      expect(first).toMatchObject({ entryPoint: 'bitbucket', correlationId: 'delivery-1' });
    },
  );

  test('is found by its name where the delivery has no UUID', async () => {
    const world = await worldWith(siteRule());
    await world.deliver('repo:created', { repository: { fullName: fresh.fullName } });
    expect(await world.grantsOf(fresh.uuid)).toMatchObject([{ state: 'active' }]);
  });

  test.each(['repo:updated', 'repo:transfer', 'repo:deleted'])('gets nothing by %s', async (event) => {
    const world = await worldWith(siteRule());
    await world.deliver(event, about(fresh.uuid));
    expect(await world.grantsOf(fresh.uuid)).toEqual([]);
  });

  test('gets what it may and no more: a refused rule is reported and stops no other', async () => {
    const foreign = { template: 's3-static-site', name: 'foreign', parameters: { bucket: 'web-site' } };
    const unknown = { template: 'no-template' };
    const world = await worldWith(siteRule({ grant: unknown }), siteRule({ grant: foreign }), siteRule());
    await world.deliver('repo:created', about(fresh.uuid));
    expect(world.refusals).toMatchObject([{ about: { rule: 0 }, problem: { code: 'TEMPLATE_NOT_FOUND' } }]);
    const states = (await world.grantsOf(fresh.uuid)).map(
      ({ request, state }) => `${request.intent.name} ${state}`,
    );
    expect(states.sort()).toEqual(['default active', 'foreign pending']);
  });

  test('gets nothing from a template that does not list the system', async () => {
    const world = await worldWith(siteRule());
    world.redeploy((content) => {
      content.requestableBy = ['person'];
    });
    await world.deliver('repo:created', about(fresh.uuid));
    expect(world.refusals).toMatchObject([{ problem: { code: 'DENIED' } }]);
    expect(await world.grantsOf(fresh.uuid)).toEqual([]);
  });

  test.each(['revoke', 'change'] as const)('keeps what a person has decided since: %s', async (act) => {
    const world = await worldWith(siteRule());
    await world.deliver('repo:created', about(fresh.uuid));
    const { id } = present((await world.grantsOf(fresh.uuid))[0]);
    if (act === 'revoke') await world.revoke(id);
    else await world.request({ repository: fresh.fullName, parameters: { bucket: 'shop-other' } });
    const before = await world.eventTypes(id);
    await world.deliver('repo:created', about(fresh.uuid));
    expect(await world.eventTypes(id)).toEqual(before);
  });

  test('is tried again while Bitbucket does not show it yet', async () => {
    const world = new FollowWorld(siteRule());
    await expect(world.deliver('repo:created', about(fresh.uuid))).rejects.toThrow(
      'does not show the new repository yet',
    );
    world.bitbucket.repositories.push(fresh);
    await world.deliver('repo:created', about(fresh.uuid));
    expect(await world.grantsOf(fresh.uuid)).toMatchObject([{ state: 'active' }]);
  });

  test('is tried again while Bitbucket cannot be asked', async () => {
    const world = await worldWith(siteRule());
    const { findRepository } = world.bitbucket;
    world.bitbucket.findRepository = async () => {
      throw new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket answered 503.');
    };
    await expect(world.deliver('repo:created', about(fresh.uuid))).rejects.toThrow('503');
    world.bitbucket.findRepository = findRepository;
    await world.deliver('repo:created', about(fresh.uuid));
    expect(await world.grantsOf(fresh.uuid)).toMatchObject([{ state: 'active' }]);
  });
});

describe('a template that requires approval', () => {
  const strict = async (...rules: unknown[]) => {
    const world = await worldWith(...rules);
    world.redeploy((content) => Object.assign(content, { requestableBy: ['system'], approval: 'required' }));
    return world;
  };

  test('waits for a person, unless the rule is the approval', async () => {
    const waiting = await strict(siteRule());
    await waiting.deliver('repo:created', about(fresh.uuid));
    expect(await waiting.grantsOf(fresh.uuid)).toMatchObject([{ state: 'pending' }]);
    const approved = await strict(siteRule({ approved: true }));
    await approved.deliver('repo:created', about(fresh.uuid));
    const [grant] = await approved.grantsOf(fresh.uuid);
    expect(grant).toMatchObject({ state: 'active', request: { approvedBy: CONFIGURATION } });
    expect((await approved.eventTypes(present(grant).id)).slice(0, 2)).toEqual([
      'GrantRequested',
      'GrantApproved',
    ]);
  });

  test('is not helped by a rule to names that nobody owns', async () => {
    const grant = { template: 's3-static-site', parameters: { bucket: 'web-{{repository.slug}}' } };
    const world = await strict(siteRule({ approved: true, grant }));
    await world.deliver('repo:created', about(fresh.uuid));
    expect(await world.grantsOf(fresh.uuid)).toMatchObject([{ state: 'pending' }]);
  });

  test('is approved by a later delivery when an earlier one died between request and approval', async () => {
    const world = await strict(siteRule({ approved: true }));
    world.log.beforeAppend = ({ type }) => {
      if (type === 'GrantApproved') throw new PortError('DynamoDB', 'UNAVAILABLE', 'down');
    };
    await expect(world.deliver('repo:created', about(fresh.uuid))).rejects.toThrow('down');
    world.log.beforeAppend = () => {};
    await world.deliver('repo:created', about(fresh.uuid));
    expect(await world.grantsOf(fresh.uuid)).toMatchObject([{ state: 'active' }]);
  });

  test.each<[string, unknown[]]>([
    ['without any rule', []],
    ['with a rule that approves nothing', [siteRule()]],
    ['with a rule for other slugs', [siteRule({ approved: true, slug: 'store-*' })]],
    [
      'with a rule for other parameters',
      [siteRule({ approved: true, grant: { template: 's3-static-site', parameters: { bucket: 'shop-b' } } })],
    ],
    [
      'with a rule for less time',
      [siteRule({ approved: true, grant: { ...siteRule().grant, expiresIn: 'PT1H' } })],
    ],
  ])('gives nothing for a forged approval by the configuration, %s', async (_what, rules) => {
    const world = await strict(siteRule());
    await world.deliver('repo:created', about(fresh.uuid));
    const { id, request } = present((await world.grantsOf(fresh.uuid))[0]);
    const { repository, account } = request.intent;
    const data = { repository, account, planHash: request.planHash };
    const stream = await loadStream(world.requestPorts, id);
    const cause = { principal: CONFIGURATION, correlationId: 'forged', entryPoint: 'bitbucket' as const };
    await appendEvent(world.requestPorts, stream, { event: { type: 'GrantApproved', data }, cause });
    world.configuration = new FollowWorld(...rules).configuration;
    await world.invoke(id);
    expect(await world.grantNow(id)).toMatchObject({ state: 'failed', lastError: { code: 'PLAN_CHANGED' } });
    expect(world.iamWrites()).toEqual([]);
  });

  test('that lapses while its rule is looked up leaves no approval in the log', async () => {
    const world = await strict(siteRule({ approved: true }));
    world.log.beforeAppend = ({ type }) => {
      if (type === 'GrantApproved') throw new PortError('DynamoDB', 'UNAVAILABLE', 'down');
    };
    await expect(world.deliver('repo:created', about(fresh.uuid))).rejects.toThrow('down');
    world.log.beforeAppend = () => {};
    const { id, request } = present((await world.grantsOf(fresh.uuid))[0]);
    world.clock.advance(Date.parse(present(request.proposal).lapsesAt) - world.clock.now());
    const find = world.bitbucket.findRepository.bind(world.bitbucket);
    let looks = 0;
    world.bitbucket.findRepository = async (...asked) => {
      looks += 1;
      // The delivery looks, then the rule's request, then its approval.
      if (looks === 3) world.clock.advance(1);
      return find(...asked);
    };
    await world.deliver('repo:created', about(fresh.uuid));
    expect([looks, await world.eventTypes(id)]).toEqual([3, ['GrantRequested']]);
  });

  test('is not approved by the configuration where a person asked', async () => {
    const world = await strict(siteRule({ approved: true }));
    const requestableBy = ['person', 'system'];
    world.redeploy((content) => Object.assign(content, { requestableBy, approval: 'required' }));
    await world.request({ repository: fresh.fullName, parameters: { bucket: 'shop-new' } });
    await world.deliver('repo:created', about(fresh.uuid));
    const [grant] = await world.grantsOf(fresh.uuid);
    expect(grant).toMatchObject({ state: 'pending' });
    expect(await world.eventTypes(present(grant).id)).toEqual(['GrantRequested']);
  });
});

describe('the grants of a repository', () => {
  async function granted(): Promise<FollowWorld> {
    const world = await worldWith();
    await world.request();
    return world;
  }
  const gone = (world: FollowWorld) => {
    world.bitbucket.repositories = [];
  };

  test.each(['repo:deleted', 'repo:transfer', 'repo:updated', 'repo:created'])(
    'are revoked by %s once Bitbucket says that it is gone',
    async (event) => {
      const world = await granted();
      gone(world);
      await world.deliver(event, about(shop.uuid));
      expect((await world.grantNow()).state).toBe('revoked');
      const revocation = (await world.log.load(GRANT_ID)).find(({ type }) => type === 'RevocationRequested');
      expect(revocation).toMatchObject({
        data: { cause: 'repository-gone' },
        principal: { kind: 'system', id: 'worker' },
        entryPoint: 'bitbucket',
      });
    },
  );

  test('are revoked where Bitbucket finds it in another workspace', async () => {
    const world = await granted();
    world.bitbucket.findRepository = async () => ({ ...shop, workspace: GLOBEX });
    await world.deliver('repo:transfer', about(shop.uuid));
    expect((await world.grantNow()).state).toBe('revoked');
  });

  test('are revoked by its name alone, also by a former one', async () => {
    const world = await granted();
    gone(world);
    await world.deliver('repo:deleted', { repository: { fullName: shop.fullName } });
    expect((await world.grantNow()).state).toBe('revoked');
  });

  const noEvidence: [string, (world: FollowWorld) => void][] = [
    ['the workspace cannot be read either', (world) => world.bitbucket.readableWorkspaces.clear()],
    ...(['DENIED', 'UNAVAILABLE', 'THROTTLED', 'REJECTED'] as const).flatMap(
      (code): [string, (world: FollowWorld) => void][] => [
        [
          `the look-up fails with ${code}`,
          (world) => {
            world.bitbucket.findRepository = async () => {
              throw new PortError('Bitbucket', code, 'no answer');
            };
          },
        ],
        [
          `looking at the workspace fails with ${code}`,
          (world) => {
            world.bitbucket.isWorkspaceReadable = async () => {
              throw new PortError('Bitbucket', code, 'no answer');
            };
          },
        ],
      ],
    ),
    [
      'the workspace was renamed',
      (world) => {
        world.bitbucket.findRepository = async () => ({ ...shop, workspace: { ...ACME, slug: 'acme-inc' } });
      },
    ],
  ];
  test.each(noEvidence)('stay, and the delivery is tried again, where %s', async (_what, doubt) => {
    const world = await granted();
    gone(world);
    doubt(world);
    const before = await world.eventTypes();
    await expect(world.deliver('repo:deleted', about(shop.uuid))).rejects.toThrow();
    expect(await world.eventTypes()).toEqual(before);
  });

  test('stay where the repository is there, whatever a delivery says', async () => {
    const world = await granted();
    await world.deliver('repo:deleted', about(shop.uuid));
    expect((await world.grantNow()).state).toBe('active');
  });

  test('stay where the delivery was signed by another workspace', async () => {
    const world = await granted();
    await world.deliver('repo:deleted', { workspace: GLOBEX.slug, ...about(shop.uuid) });
    expect((await world.grantNow()).state).toBe('active');
  });

  test('take the new name, and nothing changes in IAM', async () => {
    const world = await granted();
    const writes = world.iamWrites();
    world.bitbucket.repositories = [{ ...shop, slug: 'store', fullName: 'acme/store' }, web];
    await world.deliver('repo:updated', about(shop.uuid));
    await world.deliver('repo:updated', about(shop.uuid));
    const grant = await world.grantNow();
    expect(grant).toMatchObject({
      state: 'active',
      repositoryNames: ['acme/shop', 'acme/store'],
      request: { intent: { repository: { uuid: shop.uuid, fullName: 'acme/store' } } },
    });
    expect((await world.eventTypes()).filter((type) => type === 'RepositoryRenamed')).toHaveLength(1);
    expect(world.iamWrites()).toEqual(writes);
    expect((await world.grantsOf(shop.uuid))[0]?.repositoryNames).toContain('acme/store');
  });

  test('take the new key of their project, by one look at Bitbucket', async () => {
    const world = await granted();
    const project = { ...present(shop.project), key: 'STORE' };
    world.bitbucket.repositories = [{ ...shop, project }, web];
    await world.deliver('project:updated', { project: { uuid: project.uuid } });
    expect((await world.grantNow()).request.intent.project).toEqual(project);
  });

  test('keep the names that they ended with', async () => {
    const world = await granted();
    await world.revoke();
    world.bitbucket.repositories = [{ ...shop, slug: 'store', fullName: 'acme/store' }, web];
    const before = await world.eventTypes();
    await world.deliver('repo:updated', about(shop.uuid));
    expect(await world.eventTypes()).toEqual(before);
  });
});
