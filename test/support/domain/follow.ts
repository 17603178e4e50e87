import type { BitbucketDelivery } from '../../../domain/bitbucket/delivery-message.ts';
import type { Repository } from '../../../domain/bitbucket/repository.ts';
import type { Problem } from '../../../domain/shared/problem.ts';
import { followDelivery } from '../../../domain/use-cases/following/follow-delivery.ts';
import type { FollowPorts } from '../../../domain/use-cases/following/follow-repository.ts';
import { asEpoch, asRepositoryUuid } from '../identifiers.ts';
import { listAll } from '../stores/listed.ts';
import { World } from './fakes/fakes.ts';
import { ACME, configurationContent, configurationOf, SHOP_PROJECT, shop } from './samples.ts';

/** The rule that new repositories like `shop-*` of project SHOP get a site of their own name, and what to vary of it. */
export const siteRule = (over: Record<string, unknown> = {}) => ({
  project: { workspace: 'acme', ...SHOP_PROJECT },
  slug: 'shop-*',
  grant: { template: 's3-static-site', parameters: { bucket: '{{repository.slug}}' } },
  ...over,
});

/** A repository of project SHOP that no test has yet. */
export const newRepository = (slug: string, n = 1): Repository => ({
  ...shop,
  uuid: asRepositoryUuid(`{00000000-0000-4000-8000-${String(n).padStart(12, '0')}}`),
  slug,
  fullName: `acme/${slug}`,
});

/** Bitbucket's deliveries, followed over fakes of everything outside. */
export class FollowWorld extends World {
  /** Grants at which revoking unreadable ones stopped. */
  readonly stopped: string[] = [];
  readonly refusals: { about: Parameters<FollowPorts['reportProblem']>[0]; problem: Problem }[] = [];

  constructor(...rules: unknown[]) {
    super();
    this.configuration = configurationOf({ ...configurationContent(), onRepositoryCreated: rules });
    this.redeploy((content) => {
      content.requestableBy = ['person', 'system'];
    });
  }

  get followPorts(): FollowPorts {
    const reportProblem: FollowPorts['reportProblem'] = (about, problem) => {
      this.refusals.push({ about, problem });
    };
    return {
      ...this.requestPorts,
      reportProblem,
      reportStopped: (grantId) => this.stopped.push(grantId),
      worker: this.worker,
    };
  }

  deliver(
    event: string,
    over: Partial<BitbucketDelivery> = {},
    deadline = asEpoch(this.clock.now() + 120_000),
  ): Promise<void> {
    const delivery = { source: 'bitbucket', workspace: ACME.slug, deliveryId: 'delivery-1', event, ...over };
    return followDelivery(this.followPorts, delivery as BitbucketDelivery, deadline);
  }

  /** What the read model shows of a repository's grants. */
  async grantsOf(uuid: string) {
    return listAll(this.grants, { by: 'repository', value: uuid });
  }
}
