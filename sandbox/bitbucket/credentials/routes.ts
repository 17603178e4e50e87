import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Answer, ok, refusal } from '../../http/answers.ts';
import { faultyFields } from '../../http/faulty-fields.ts';
import type { Route } from '../../http/routes.ts';
import { findRepository, findWorkspace } from '../rest/lookup.ts';
import type { StateStore, Workspace } from '../state.ts';
import { type Credential, credentialKinds, readingScopes, seededVariables, wireForm } from './credential.ts';

const asked = z.strictObject({
  workspace: z.string().min(1),
  kind: z.enum(credentialKinds),
  scopes: z.array(z.string().regex(/^[a-z:_-]+$/)).optional(),
  /** A project's key, or a repository's slug or UUID: an access token of a part of the workspace. */
  project: z.string().min(1).optional(),
  repository: z.string().min(1).optional(),
  /** For consumers: `false` makes a public one. */
  private: z.boolean().optional(),
  /** `true` revokes, and `false` restores, the credentials of this description; without it one is made. */
  revoked: z.boolean().optional(),
});
type Asked = z.infer<typeof asked>;

/** `POST /sandbox/credentials` makes a credential, or revokes or restores those of the same description. It answers with the
 *  credential in the form that Rolewright stores, its workspace, scopes and what it is of. `GET` gives the credentials of the
 *  start, as the variables that hold them. */
export const credentialRoutes = (store: StateStore): Route[] => [
  {
    method: 'GET',
    path: '/sandbox/credentials',
    answer: () => ok(seededVariables(store.state.workspaces)),
  },
  {
    method: 'POST',
    path: '/sandbox/credentials',
    answer(_, { body }) {
      const parsed = asked.safeParse(body);
      if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
      const workspace = findWorkspace(store.state, parsed.data.workspace);
      if (!workspace) return refusal(404, `/workspace: no workspace ${parsed.data.workspace}`);
      return answered(store, workspace, parsed.data);
    },
  },
];

function answered(store: StateStore, workspace: Workspace, body: Asked): Answer {
  const errors = faultsOf(workspace, body);
  if (errors.length > 0) return refusal(400, ...errors);
  const made = toCredential(workspace, body);
  const { credentials } = store.state;
  const same = body.revoked === undefined ? [] : credentials.filter((one) => isAlike(one, made));
  for (const one of same) one.revoked = made.revoked;
  const shown = same[0] ?? made;
  if (same.length === 0) credentials.push(made);
  store.save();
  const { scopes, project, repository, revoked } = shown;
  return ok(
    { ...wireForm(shown), workspace: workspace.slug, scopes, project, repository, revoked },
    same.length === 0 ? 201 : 200,
  );
}

function faultsOf(workspace: Workspace, { kind, project, repository }: Asked): string[] {
  const isPart = project !== undefined || repository !== undefined;
  return [
    ...(isPart && kind !== 'accessToken'
      ? ['/kind: only an access token is of a project or repository']
      : []),
    ...(project !== undefined && repository !== undefined
      ? ['/repository: give a project or a repository']
      : []),
    ...(project !== undefined && !workspace.projects.some(({ key }) => key === project)
      ? [`/project: no project ${project} in ${workspace.slug}`]
      : []),
    ...(repository !== undefined && !findRepository(workspace, repository)
      ? [`/repository: no repository ${repository} in ${workspace.slug}`]
      : []),
  ];
}

function toCredential(workspace: Workspace, body: Asked): Credential {
  const { kind, project, revoked = false } = body;
  const secret = `sandbox-${randomBytes(16).toString('hex')}`;
  const repository = body.repository && findRepository(workspace, body.repository)?.uuid;
  return {
    workspace: workspace.uuid,
    kind,
    name: nameOf(kind, workspace),
    secret,
    scopes: body.scopes ?? readingScopes(kind),
    ...(project === undefined ? {} : { project }),
    ...(repository === undefined ? {} : { repository }),
    private: body.private ?? true,
    revoked,
  };
}

function nameOf(kind: Credential['kind'], { slug }: Workspace): string {
  if (kind === 'oauthConsumer') return `sandbox-key-${randomBytes(4).toString('hex')}`;
  return kind === 'apiToken' ? `rolewright@${slug}.example` : '';
}

/** True for a credential of the same workspace, kind, part and scopes. */
const isAlike = (one: Credential, other: Credential): boolean =>
  one.workspace === other.workspace &&
  one.kind === other.kind &&
  one.project === other.project &&
  one.repository === other.repository &&
  one.scopes.toSorted().join() === other.scopes.toSorted().join();
