import type { JWK } from 'jose';
import { z } from 'zod';
import { stateFile } from '../state-file.ts';
import { credentialSchema, seededCredentials } from './credentials/credential.ts';
import { generateSigningKey } from './identity/signing-keys.ts';
import { firstPermissions, type Seed, type SeedWorkspace } from './seed.ts';

const environmentSchema = z.object({
  uuid: z.string(),
  name: z.string(),
  type: z.enum(['Test', 'Staging', 'Production']),
});

const projectSchema = z.object({ key: z.string(), uuid: z.string(), name: z.string() });

const permissionSchema = z.object({
  nickname: z.string(),
  uuid: z.string(),
  accountId: z.string(),
  permission: z.enum(['admin', 'write', 'read']),
});

/** What the workspace's credentials may do on a repository at most. */
const tokenRights = ['admin', 'write', 'read', 'none'] as const;

const repositorySchema = z.object({
  uuid: z.string(),
  slug: z.string(),
  /** What people call it; the slug where it has no other name. */
  name: z.string().optional(),
  tokenRight: z.enum(tokenRights).default('admin'),
  projectKey: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  environments: z.array(environmentSchema),
  permissions: z.array(permissionSchema).default(() => structuredClone(firstPermissions)),
});

const hookSchema = z.object({
  uuid: z.string(),
  url: z.string(),
  description: z.string(),
  active: z.boolean(),
  events: z.array(z.string()),
  secret: z.string().nullable(),
  createdAt: z.string(),
});

const workspaceSchema = z.object({
  uuid: z.string(),
  slug: z.string(),
  name: z.string(),
  createdAt: z.string(),
  oidcEnabled: z.boolean(),
  /** Whether the workspace's credentials may see and change its hooks, where they have the scope. */
  tokenIsOwner: z.boolean().default(true),
  projects: z.array(projectSchema),
  repositories: z.array(repositorySchema),
  hooks: z.array(hookSchema).default([]),
});

const stateSchema = z.object({
  version: z.literal(1),
  workspaces: z.array(workspaceSchema),
  credentials: z.array(credentialSchema),
  keys: z.record(z.string(), z.looseObject({ kty: z.string(), kid: z.string() })),
});

export type Environment = z.infer<typeof environmentSchema>;
export type Permission = z.infer<typeof permissionSchema>;
export type Repository = z.infer<typeof repositorySchema>;
export type Hook = z.infer<typeof hookSchema>;
export type Workspace = z.infer<typeof workspaceSchema>;
export type BitbucketState = z.infer<typeof stateSchema>;

/** The state in memory and its file. Change `state`, then `save`, then answer: an answered change is on disk. */
export type StateStore = {
  readonly state: BitbucketState;
  /** Writes the file whole or not at all. */
  save(): void;
  /** The signing key of a workspace (by UUID) or of a company issuer (by host): made and written when first asked for,
   *  because an RSA key takes longer to make than all else that a start does. */
  key(owner: string): Promise<JWK>;
};

/** Opens `<dir>/bitbucket.json`, or creates it with `seed`. A file that exists gains the workspaces and projects that only the seed
 *  has: an edited configuration finds its own at the next start.
 *  Errors: a file that is there but cannot be understood; it is left as it is. */
export function openState(dir: string, seed: Seed): StateStore {
  const file = stateFile(dir, 'bitbucket.json', stateSchema);
  const kept = file.read();
  const state = kept ?? { version: 1, workspaces: [], credentials: [], keys: {} };
  const hasGained = addMissing(state, seed);
  const store: StateStore = {
    state,
    save: () => file.write(state),
    async key(owner) {
      const known = state.keys[owner];
      if (known) return known;
      const made = await generateSigningKey();
      // Another call may have made it meanwhile.
      const key = state.keys[owner] ?? made;
      state.keys[owner] = key;
      store.save();
      return key;
    },
  };
  if (hasGained) store.save();
  return store;
}

/** Adds the seed's workspaces and projects that the state lacks; false if it lacks none. */
function addMissing(state: BitbucketState, seed: Seed): boolean {
  let hasGained = false;
  for (const workspace of seed.workspaces) {
    const { slug, uuid, name } = workspace;
    let held = state.workspaces.find((one) => one.uuid === uuid);
    if (!held) {
      held = workspaceSchema.parse({
        ...{ slug, uuid, name, createdAt: seed.createdAt },
        ...{ oidcEnabled: true, projects: [], repositories: [] },
      });
      state.workspaces.push(held);
      state.credentials.push(...seededCredentials([workspace]));
      hasGained = true;
    }
    for (const project of workspace.projects) {
      if (held.projects.some((one) => one.uuid === project.uuid || one.key === project.key)) continue;
      held.projects.push({ ...project });
      held.repositories.push(...repositoriesIn(workspace, project.key, seed.createdAt));
      hasGained = true;
    }
  }
  return hasGained;
}

const repositoriesIn = ({ repositories }: SeedWorkspace, key: string, createdAt: string): Repository[] =>
  repositories
    .filter(({ projectKey }) => projectKey === key)
    .map((repository) => repositorySchema.parse({ ...repository, createdAt, updatedAt: createdAt }));
