import { listGrants } from '../../../../domain/use-cases/reading/list-grants.ts';
import { grantEvents, readableGrant } from '../../../../domain/use-cases/reading/read-grants.ts';
import { eventsOf } from '../../../invariants/evidence.ts';
import { asRepositoryUuid, asWorkspaceUuid } from '../../identifiers.ts';
import type { Flow } from '../walk.ts';
import { ada, SHOP } from '../world/stage.ts';
import { asks, OTHER_BUCKET } from './flow-parts.ts';

/** Requests that make a role, or find that they need not. */
export const requestFlows: Flow[] = [
  { name: 'a new grant whose provider is missing', provider: 'missing', ...asks },
  { name: 'a new grant whose provider is there', isVariation: true, ...asks },
  { name: 'a new grant for an environment', isVariation: true, environment: 'Staging', ...asks },
  {
    name: 'a repeated request',

    ...asks,
    prepare: (stage) => stage.request(),
    otherwise: [],
  },
  {
    name: 'a request after a revoke',
    isVariation: true,
    ...asks,
    async prepare(stage) {
      await stage.request();
      await stage.revoke();
    },
    otherwise: ['revoked', 'failed'],
  },
  {
    name: 'a request that finds a half-made role',
    isVariation: true,
    ...asks,
    prepare: (stage) =>
      stage.withDeath({ mode: 'die-after', at: 1, operation: 'CreateRole' }, () => stage.request()),
    otherwise: ['failed'],
  },
  {
    name: 'a new grant while IAM is slow to show what it made',
    isVariation: true,
    ...asks,
    prepare: (stage) => stage.world.aws.arm({ match: 'CreateRole', effect: 'propagation', delayMs: 3000 }),
  },
];

/** Changes of an active grant, and reads. */
export const changeFlows: Flow[] = [
  {
    name: 'a change of parameters',
    prepare: (stage) => stage.request(),
    act: (stage) => stage.request(OTHER_BUCKET),
    target: 'active',
    otherwise: [],
    isDone: (evidence) => eventsOf(evidence, 'GrantUpdated').length > 0,
  },
  {
    name: 'a change of the expiry',
    prepare: (stage) => stage.request(),
    act: (stage) => stage.request({ expiresIn: 'P30D' }),
    target: 'active',
    otherwise: [],
    isDone: (evidence) => eventsOf(evidence, 'GrantExpiryChanged').length > 0,
  },
  {
    name: 'reading a grant, its events and the list',
    prepare: (stage) => stage.request(),
    act: (stage) =>
      stage.ask(async (ports) => {
        await listGrants(ports, ada, { filter: { repository: SHOP }, limit: 25 });
        await grantEvents(ports, { grantId: stage.grantId, caller: ada }, { limit: 25, after: 0 });
        const found = await readableGrant(ports, stage.grantId, ada);
        return found.ok ? { ok: true, value: { outcome: 'unchanged' as const, grant: found.value } } : found;
      }),
    target: 'active',
    otherwise: [],
    again: (end) => end,
  },
  {
    name: 'a request of a person who may not ask',
    act: (stage) =>
      stage.request({}, { principal: { kind: 'person', id: 'mallory@acme.example' }, groups: [] }),
    target: 'none',
    otherwise: [],
    isRefused: true,
  },
  {
    name: 'a request of a pipeline for another repository',
    act: (stage) =>
      stage.request(
        {},
        {
          principal: { kind: 'pipeline', id: '{3b2f8666-11df-42ad-adc4-55d5d305ae3a}' },
          groups: [],
          pipeline: {
            workspaceUuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}'),
            workspaceSlug: 'acme',
            repositoryUuid: asRepositoryUuid('{3b2f8666-11df-42ad-adc4-55d5d305ae3a}'),
          },
        },
      ),
    target: 'none',
    otherwise: [],
    isRefused: true,
  },
];
