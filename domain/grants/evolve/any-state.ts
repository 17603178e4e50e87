import type { GrantEvent } from '../event.ts';
import type { Grant } from '../grant.ts';
import { renamed } from './request.ts';

/** A grant after an event that means the same in every state; the grant itself after any other. */
export function evolveInAnyState<G extends Grant>(grant: G, event: GrantEvent): G {
  switch (event.type) {
    case 'AttemptFailed':
      return { ...grant, lastError: { ...event.data.error, at: event.at } };
    case 'ProviderCreationStarted':
      return { ...grant, announcedProvider: event.data.providerArn };
    case 'ProviderCreated':
      return { ...grant, announcedProvider: undefined };
    case 'RepositoryRenamed':
      if (event.data.repository.uuid !== grant.request.intent.repository.uuid) return grant;
      return { ...grant, request: renamed(grant.request, event) };
    case 'UpdateStarted':
    case 'ForeignPoliciesFound':
      return { ...grant };
    default:
      return grant;
  }
}
