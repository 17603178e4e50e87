import { parseProjectUuid, parseRepositoryUuid, parseWorkspaceUuid } from '../shared/identifiers.ts';
import { problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import type { BitbucketDelivery } from './delivery-message.ts';
import type { Workspace } from './oidc.ts';
import { parseRepositoryName } from './repository.ts';

/** The events that a workspace's webhook must send. Source: Bitbucket's API, the enum of `webhook_subscription.events`. */
export const followedEvents = [
  'repo:created',
  'repo:imported',
  'repo:updated',
  'repo:transfer',
  'repo:deleted',
  'project:updated',
] as const;

/** True for an event that means something here. */
export const isFollowed = (event: string): boolean => (followedEvents as readonly string[]).includes(event);

/** A delivery after its signature was verified. `event` is Bitbucket's key, `body` its parsed JSON. */
export type SignedDelivery = { workspace: Workspace; deliveryId: string; event: string; body: unknown };

/** What a followed delivery passes to the worker: the UUID of a repository or project, or its name if there is no
 *  UUID. Nothing else of the delivery is trusted. `DENIED` for a repository whose payload names another workspace. A
 *  transfer names the new workspace, so it is passed on by UUID. `REQUEST_INVALID` if the delivery names nothing. */
export function readDelivery({
  workspace,
  deliveryId,
  event,
  body,
}: SignedDelivery): Result<BitbucketDelivery> {
  const message = { source: 'bitbucket' as const, workspace: workspace.slug, deliveryId, event };
  if (event === 'project:updated') {
    const uuid = parseProjectUuid(uuidIn(field(body, 'project')));
    return uuid ? ok({ ...message, project: { uuid } }) : unnamed('/project/uuid');
  }
  const repository = field(body, 'repository');
  const uuid = parseRepositoryUuid(uuidIn(repository));
  const name = parseRepositoryName(textOf(field(repository, 'full_name')) ?? '');
  const named = name && 'slug' in name ? name : undefined;
  if (event !== 'repo:transfer' || !uuid) {
    const workspaceUuid = parseWorkspaceUuid(uuidIn(field(repository, 'workspace')));
    const isForeign =
      (named && named.workspace !== workspace.slug) || (workspaceUuid && workspaceUuid !== workspace.uuid);
    if (isForeign) {
      const detail = `The delivery concerns a repository of a workspace other than ${workspace.slug}.`;
      return fail(problem('DENIED', detail));
    }
  }
  if (uuid) return ok({ ...message, repository: { uuid } });
  if (named) return ok({ ...message, repository: { fullName: `${named.workspace}/${named.slug}` } });
  return unnamed('/repository/uuid');
}

const unnamed = (pointer: string) =>
  fail(
    problem('REQUEST_INVALID', 'The delivery names no repository and no project.', {
      errors: [{ pointer, detail: 'is missing' }],
    }),
  );

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const uuidIn = (value: unknown): string => textOf(field(value, 'uuid')) ?? '';
