import type { Caller } from '../../../../domain/shared/principal.ts';
import {
  freezeGrant,
  repairGrant,
  thawGrant,
} from '../../../../domain/use-cases/containment/freeze-grant.ts';
import { freezeInstallation } from '../../../../domain/use-cases/containment/freeze-installation.ts';
import { releaseRepository } from '../../../../domain/use-cases/containment/release-repository.ts';
import { revokeRepository } from '../../../../domain/use-cases/containment/revoke-repository.ts';
import { asWorkspaceUuid } from '../../identifiers.ts';
import { type Answer, ada, grace, linus, REPOSITORIES, SHOP, type Stage } from './stage.ts';

const REASON = 'an incident';

/** Freezes the grant, as its requester. */
export const freeze = (stage: Stage): Promise<Answer> =>
  stage.ask((ports) => freezeGrant(ports, { grantId: stage.grantId, reason: REASON }, stage.context(ada)));

/** Thaws the grant, as another person. */
export const thaw = async (stage: Stage): Promise<Answer> => {
  const context = stage.context(await opener(stage));
  return stage.ask((ports) => thawGrant(ports, { grantId: stage.grantId, reason: REASON }, context));
};

/** Has the role restored, as another person. */
export const repair = async (stage: Stage): Promise<Answer> => {
  const context = stage.context(await opener(stage));
  return stage.ask((ports) => repairGrant(ports, { grantId: stage.grantId, reason: REASON }, context));
};

/** Who opens a grant that Ada has requested. Where that failed, its author counts as a requester, and a third person does. */
async function opener({ world, grantId }: Stage): Promise<Caller> {
  const events = await world.storage.events(grantId);
  return events.some(({ type }) => type === 'ThawFailed' || type === 'RepairFailed') ? linus : grace;
}

/** Ends all access of the repository, and holds it. */
export const endAllAccess = (stage: Stage): Promise<Answer> =>
  stage.ask(async (ports) => {
    const asked = { repository: REPOSITORIES[stage.repository].uuid, reason: REASON };
    const answer = await revokeRepository(ports, asked, stage.context(ada));
    if (!answer.ok) return answer;
    const state = answer.value.items.find(({ id }) => id === stage.grantId)?.state;
    return { ok: true, value: { outcome: answer.value.outcome, ...(state ? { grant: { state } } : {}) } };
  });

/** Releases the repository and its grants, as another person. */
export const release = (stage: Stage): Promise<Answer> =>
  stage.ask(async (ports) => {
    const asked = { repository: REPOSITORIES[stage.repository].uuid, reason: REASON };
    const answer = await releaseRepository(ports, asked, stage.context(grace));
    return answer.ok ? { ok: true, value: { outcome: 'changed' } } : answer;
  });

/** Freezes the whole installation. */
export const freezeEverything = (stage: Stage): Promise<Answer> =>
  stage.ask(async (ports) => {
    const answer = await freezeInstallation(ports, { reason: REASON }, stage.context(ada));
    return answer.ok ? { ok: true, value: { outcome: 'changed' } } : answer;
  });

/** Requests the grant as a pipeline of `acme/shop`. */
export const askAsPipeline = (stage: Stage): Promise<Answer> =>
  stage.request(
    {},
    {
      principal: { kind: 'pipeline', id: SHOP },
      groups: [],
      pipeline: {
        workspaceUuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}'),
        workspaceSlug: 'acme',
        repositoryUuid: SHOP,
      },
    },
  );
