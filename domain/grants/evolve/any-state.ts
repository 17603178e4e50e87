import type { GrantEvent } from '../event.ts';
import { type Grant, withRequester } from '../grant.ts';
import { holdOf, mayReopen } from './containment/hold.ts';
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
    case 'GrantHeld':
      return grant.hold ? grant : { ...grant, hold: holdOf(event) };
    case 'HoldReleased': {
      if (!grant.hold || !mayReopen(grant, event.principal)) return grant;
      const { hold: _, ...rest } = grant;
      return { ...(rest as G), requesters: withRequester(grant.requesters, event.principal) };
    }
    case 'UpdateStarted':
    case 'ForeignPoliciesFound':
      return { ...grant };
    default:
      return grant;
  }
}
