import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BitbucketDelivery } from '../../domain/bitbucket/delivery-message.ts';
import { isLive, roleOf } from '../../domain/grants/grant.ts';
import { runs } from '../support/domain/arbitraries.ts';
import { FollowWorld, newRepository, siteRule } from '../support/domain/follow.ts';
import { SHOP_PROJECT } from '../support/domain/samples.ts';
import { listAll } from '../support/stores/listed.ts';

const FITTING = ['shop-a', 'shop-b', 'shop-c'];
const slugs = fc.constantFrom(...FITTING, 'other-d');
const numbers = fc.integer({ min: 1, max: 3 });

/** What happens in Bitbucket, and which of the deliveries so far arrives (again), by a number that is taken modulo. */
const steps = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('create' as const), n: numbers, slug: slugs }),
    fc.record({ does: fc.constant('rename' as const), n: numbers, slug: slugs }),
    fc.record({ does: fc.constant('delete' as const), n: numbers }),
    fc.record({ does: fc.constant('arrive' as const), n: fc.nat() }),
  ),
  { maxLength: 14 },
);

test('deliveries that come late, twice and in any order have one effect, and end where Bitbucket is', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.infiniteStream(fc.nat()), async (todo, order) => {
      const world = new FollowWorld(siteRule());
      world.bitbucket.repositories = [];
      const sent: { event: string; over: Partial<BitbucketDelivery> }[] = [];
      const existing = (n: number) =>
        world.bitbucket.repositories.find(({ uuid }) => uuid === newRepository('', n).uuid);
      /** The creation of a repository that is gone again is looked for in vain, and has no effect. */
      const arrive = ({ event, over }: (typeof sent)[number]) =>
        world.deliver(event, over).catch((error: Error) => {
          if (event !== 'repo:created' || !error.message.includes('does not show the new repository yet'))
            throw error;
        });
      const created = new Set<number>();
      for (const step of todo) {
        if (step.does === 'arrive') {
          const delivery = sent[step.n % Math.max(1, sent.length)];
          if (delivery) await arrive(delivery);
          continue;
        }
        const repository = existing(step.n);
        const { uuid } = newRepository('', step.n);
        const event = { create: 'repo:created', rename: 'repo:updated', delete: 'repo:deleted' }[step.does];
        if (step.does === 'create') {
          // A UUID is given once.
          if (created.has(step.n)) continue;
          created.add(step.n);
          world.bitbucket.repositories.push(newRepository(step.slug, step.n));
        } else if (!repository) continue;
        else if (step.does === 'rename') Object.assign(repository, newRepository(step.slug, step.n));
        else
          world.bitbucket.repositories = world.bitbucket.repositories.filter((other) => other !== repository);
        sent.push({ event, over: { deliveryId: `d-${sent.length}`, repository: { uuid } } });
      }
      // Everything arrives at last, in some order.
      const left = [...sent];
      for (const n of order) {
        const [delivery] = left.splice(n % Math.max(1, left.length), 1);
        if (!delivery) break;
        await arrive(delivery);
      }
      const grants = await listAll(world.grants);
      for (const grant of grants) {
        const repository = world.bitbucket.repositories.find(
          ({ uuid }) => uuid === grant.request.intent.repository.uuid,
        );
        expect(isLive(grant.state)).toBe(repository !== undefined);
        const types = await world.eventTypes(grant.id);
        expect(types.filter((type) => type === 'GrantRequested')).toHaveLength(1);
        if (!repository) continue;
        expect(grant.request.intent.repository.fullName).toBe(repository.fullName);
        expect(grant.request.intent.project).toEqual(SHOP_PROJECT);
        expect(world.iam.role(roleOf(grant)?.name ?? '')).toBeDefined();
      }
      const live = grants.filter(({ state }) => isLive(state));
      expect(world.iam.roles.size).toBe(live.length);
      // Whoever exists under a fitting name at the end has its grant: its creation arrived after its last renaming, too.
      const fitting = world.bitbucket.repositories.filter(({ slug }) => FITTING.includes(slug));
      for (const { uuid } of fitting)
        expect(live.filter((g) => g.request.intent.repository.uuid === uuid)).toHaveLength(1);
    }),
    runs(100),
  );
});
