import type { EventType } from '../../../domain/grants/event.ts';
import type { Journal } from './fakes/store.ts';

const REMOVAL: EventType[] = ['RevocationRequested', 'CompensationStarted'];
const CLOSING: EventType[] = [...REMOVAL, 'GrantFrozen', 'ThawFailed', 'UnreadableRevocationRequested'];

/** Which events announce which IAM write; one of them must stand before it in the same chapter of the story. */
const announcing: Record<string, EventType[]> = {
  createProvider: ['ProviderCreationStarted'],
  createRole: ['ProvisioningStarted'],
  putPermissionsPolicy: ['ProvisioningStarted', 'UpdateStarted'],
  putTrustPolicy: ['UpdateStarted', ...CLOSING],
  putBoundary: ['UpdateStarted', ...CLOSING],
  putMaxSessionDuration: ['UpdateStarted'],
  putTags: ['UpdateStarted'],
  deleteInlinePolicy: REMOVAL,
  detachPolicy: ['ForeignPoliciesFound'],
  deleteRole: REMOVAL,
};

const CHAPTER_ENDS: EventType[] = [
  'GrantActivated',
  'GrantUpdated',
  'UpdateFailed',
  'ProvisioningFailed',
  'GrantRevoked',
  'ThawFailed',
  'DriftRepaired',
  'RepairFailed',
];

/** The IAM writes of a journal that no earlier event announced. */
export function unannouncedWrites(journal: Journal): string[] {
  let announced = new Set<EventType>();
  const unannounced: string[] = [];
  for (const entry of journal) {
    if ('event' in entry) {
      if (CHAPTER_ENDS.includes(entry.event.type)) announced = new Set();
      // A thaw that fails ends its chapter and announces that the role is closed again.
      if (!CHAPTER_ENDS.includes(entry.event.type) || entry.event.type === 'ThawFailed')
        announced.add(entry.event.type);
      continue;
    }
    const needed =
      entry.iam === 'deleteInlinePolicy' && entry.note !== 'permissions'
        ? (['ForeignPoliciesFound'] as EventType[])
        : (announcing[entry.iam] ?? []);
    if (!needed.some((type) => announced.has(type))) unannounced.push(`${entry.iam} ${entry.note}`);
  }
  return unannounced;
}
