import * as z from 'zod';
import { slugSchema } from '../bitbucket/settings.ts';
import {
  type GrantId,
  type RepositoryUuid,
  repositoryUuidSchema,
  type StreamId,
  type WorkspaceUuid,
} from '../shared/identifiers.ts';
import { type Instant, instantSchema } from '../shared/time.ts';
import type { PassesStore } from './passes.ts';

/** What a sweep of one workspace has found so far. `repositories` were listed and `grants` are live; `renamed` grants got a
 *  repository's present names; `gone` repositories are proven to be gone, and `unproven` ones are shown no more without that
 *  proof. `revoked` grants ended, and `kept` ones were left alone by the brake. `requested` is what rules gave, and `without`
 *  are repositories without what a rule gives. */
const sweepFoundSchema = z.strictObject({
  repositories: z.int(),
  grants: z.int(),
  renamed: z.int(),
  gone: z.int(),
  unproven: z.int(),
  revoked: z.int(),
  kept: z.int(),
  requested: z.int(),
  without: z.int(),
  failed: z.int(),
});

/** See `sweepFoundSchema`. */
export type SweepFound = z.infer<typeof sweepFoundSchema>;

/** Nothing found yet. */
export const NOTHING_SWEPT: SweepFound = {
  repositories: 0,
  grants: 0,
  renamed: 0,
  gone: 0,
  unproven: 0,
  revoked: 0,
  kept: 0,
  requested: 0,
  without: 0,
  failed: 0,
};

/** Where a sweep of one workspace goes on. `repositories`: through Bitbucket's list; `grants`: through the live grants of the
 *  account at the place `account`; then `missing`: through the repositories of grants that the list did not show. `by` is the
 *  credential that the list was read with. */
export const sweepPositionSchema = z.strictObject({
  startedAt: instantSchema,
  phase: z.enum(['repositories', 'grants', 'missing']),
  after: z.string().optional(),
  by: z.string().optional(),
  account: z.int().min(0),
  missing: z.array(repositoryUuidSchema),
  found: sweepFoundSchema,
});

/** See `sweepPositionSchema`. */
export type SweepPosition = z.infer<typeof sweepPositionSchema>;

/** Where the worker keeps its sweeps of workspaces. */
export type SweepStore = PassesStore<WorkspaceUuid, SweepPosition>;

/** That a list of repositories showed one. `by` is the credential, `at` the beginning of the sweep. */
export type Sight = { by: string; at: Instant };

/** What is known of a repository: the ids of all of its grants, some of which may have no events, and its last sight. */
export type KnownRepository = { enrolled: readonly GrantId[]; sight: Sight | undefined };

/** Which repositories with grants were listed, and when. */
export type Sights = {
  /** What is known of these repositories, read consistently; nothing of those that never had a grant. */
  recall(repositories: readonly RepositoryUuid[]): Promise<Map<RepositoryUuid, KnownRepository>>;
  /** Keeps the last sight of a repository. Idempotent. */
  remember(repository: RepositoryUuid, sight: Sight): Promise<void>;
};

/** Message to the worker: a workspace is to be swept, or its sweep to go on. Its row keeps it until the sweep is over.
 *  `isForced`: a sweep begins now, whenever the last one was. */
export const sweepMessageSchema = z.strictObject({
  source: z.literal('sweep'),
  workspace: slugSchema,
  isForced: z.boolean().optional(),
  resumption: z.strictObject({ dueAt: instantSchema, number: z.int().min(0) }).optional(),
});

/** See `sweepMessageSchema`. */
export type SweepMessage = z.infer<typeof sweepMessageSchema>;

const PREFIX = 'sweep#';

/** The id of the row that keeps the sweep of a workspace until it is over. */
export const sweepId = (workspace: string): StreamId =>
  // Of no stream, and read as one nowhere: the reconciler asks for the message first.
  `${PREFIX}${workspace}` as string as StreamId;

/** True for the id of a row that keeps a sweep. */
export const isSweep = (id: string): boolean => id.startsWith(PREFIX);

/** The message that a row keeps; undefined for any other row. */
export const sweepMessage = (id: string): SweepMessage | undefined =>
  isSweep(id)
    ? sweepMessageSchema.safeParse({ source: 'sweep', workspace: id.slice(PREFIX.length) }).data
    : undefined;
