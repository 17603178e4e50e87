import { z } from 'zod';

/** The kinds of credentials that Bitbucket sells. */
export const credentialKinds = ['accessToken', 'oauthConsumer', 'apiToken'] as const;

/** A credential of one workspace as the sandbox keeps it. An access token may be of a project (by key) or a repository (by
 *  UUID) only; a consumer that is not `private` gets no tokens. */
export const credentialSchema = z.object({
  workspace: z.string(),
  kind: z.enum(credentialKinds),
  /** The key of a consumer, the email of an API token, nothing for an access token. */
  name: z.string(),
  /** The token, or the consumer's secret. */
  secret: z.string(),
  scopes: z.array(z.string()),
  project: z.string().optional(),
  repository: z.string().optional(),
  private: z.boolean().default(true),
  revoked: z.boolean().default(false),
});

/** See `credentialSchema`. */
export type Credential = z.infer<typeof credentialSchema>;

/** What a credential is given that is to read, in the spelling of its kind. Source: Bitbucket's API description. */
export const readingScopes = (kind: Credential['kind']): string[] =>
  kind === 'apiToken'
    ? ['read:repository:bitbucket', 'read:pipeline:bitbucket', 'read:workspace:bitbucket']
    : ['repository', 'pipeline'];

type Workspace = { slug: string; uuid: string };

/** The workspace that has an OAuth consumer, because its plan has no workspace access tokens. */
const CONSUMERS = 'globex';

const readingCredential = ({ slug, uuid }: Workspace): Credential => ({
  workspace: uuid,
  ...(slug === CONSUMERS
    ? { kind: 'oauthConsumer', name: 'sandbox-key', secret: 'sandbox-secret' }
    : { kind: 'accessToken', name: '', secret: `sandbox-token-${slug}` }),
  scopes: readingScopes('accessToken'),
  private: true,
  revoked: false,
});

const token = (secret: string, { uuid }: Workspace, scopes: string[]): Credential => ({
  workspace: uuid,
  kind: 'accessToken',
  name: '',
  secret,
  scopes,
  private: true,
  revoked: false,
});

/** The token that shows who administers a repository. */
const adminToken = (workspace: Workspace): Credential =>
  token(`sandbox-admin-token-${workspace.slug}`, workspace, ['repository', 'repository:admin']);

/** The token that may manage webhooks. */
const webhookToken = (workspace: Workspace): Credential =>
  token(`sandbox-webhook-token-${workspace.slug}`, workspace, ['repository', 'project', 'webhook']);

/** The credentials of a new sandbox: one that reads, one for who administers a repository, and one for webhooks, in each
 *  workspace. */
export const seededCredentials = (workspaces: readonly Workspace[]): Credential[] =>
  workspaces.flatMap((workspace) => [
    readingCredential(workspace),
    adminToken(workspace),
    webhookToken(workspace),
  ]);

/** A credential as Rolewright stores it. */
export function wireForm({ kind, name, secret }: Credential): Record<string, string> {
  switch (kind) {
    case 'accessToken':
      return { kind, token: secret };
    case 'oauthConsumer':
      return { kind, key: name, secret };
    case 'apiToken':
      return { kind, email: name, token: secret };
  }
}

const bySlug = (workspaces: readonly Workspace[], made: (workspace: Workspace) => Credential) =>
  Object.fromEntries(
    workspaces.map((workspace) => {
      const credential = made(workspace);
      // An access token may be stored as text, which is what most people do.
      return [
        workspace.slug,
        credential.kind === 'accessToken' ? credential.secret : wireForm(credential),
      ] as const;
    }),
  );

/** The credentials of a new sandbox by the workspace's slug, in the form that Rolewright's variables hold. */
export const seededVariables = (workspaces: readonly Workspace[]) => ({
  BITBUCKET_CREDENTIALS: JSON.stringify(bySlug(workspaces, readingCredential)),
  BITBUCKET_ADMIN_CREDENTIALS: JSON.stringify(bySlug(workspaces, adminToken)),
  BITBUCKET_WEBHOOK_CREDENTIALS: JSON.stringify(bySlug(workspaces, webhookToken)),
});
