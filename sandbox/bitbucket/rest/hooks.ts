import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, apiError, noContent, ok } from '../../http/answers.ts';
import { faultyFields } from '../../http/faulty-fields.ts';
import type { Route } from '../../http/routes.ts';
import type { Caller } from '../credentials/caller.ts';
import type { Hook, StateStore, Workspace } from '../state.ts';
import { findWorkspace } from './lookup.ts';
import { paginate } from './pagination.ts';
import type { RestParts } from './rest-parts.ts';

/** The events of a workspace's hooks, in Bitbucket's order of names. Source: the enum of `hook_event.event` in the
 *  published API description; issue and pull request events are left out. */
const workspaceEvents = [
  'project:updated',
  'repo:commit_comment_created',
  'repo:commit_status_created',
  'repo:commit_status_updated',
  'repo:created',
  'repo:deleted',
  'repo:fork',
  'repo:imported',
  'repo:push',
  'repo:transfer',
  'repo:updated',
] as const;

const hookSchema = z.object({
  url: z.url(),
  description: z.string().default(''),
  active: z.boolean().default(true),
  events: z.array(z.enum(workspaceEvents)).min(1),
  secret: z.string().max(128).nullable().optional(),
});

/** A hook as Bitbucket shows it: never its secret, only whether it has one. */
const hookResource = (workspace: Workspace, { secret, createdAt, ...hook }: Hook) => ({
  ...hook,
  type: 'webhook_subscription',
  subject_type: 'workspace',
  subject: { type: 'workspace', uuid: workspace.uuid, slug: workspace.slug, name: workspace.name },
  created_at: createdAt,
  secret_set: Boolean(secret),
});

/** What Bitbucket can send, by what a hook is of. A repository's hooks get no events of its project or of its own
 *  creation; whether Bitbucket lists the latter is not documented. */
const eventsOf: Readonly<Record<string, readonly string[]>> = {
  workspace: workspaceEvents,
  repository: workspaceEvents.filter((event) => !['project:updated', 'repo:created'].includes(event)),
};

/** What Bitbucket can send for a workspace or a repository; open to all. */
export const hookEventRoutes = (url: () => string): Route[] => [
  {
    method: 'GET',
    path: '/2.0/hook_events/:',
    answer([subject = ''], { query, path }) {
      const events = Object.hasOwn(eventsOf, subject) ? eventsOf[subject] : undefined;
      if (!events) return apiError(404, `Invalid subject type: ${subject}`);
      const values = events.map((event) => ({
        event,
        category: event.split(':')[0],
        label: event,
        description: event,
      }));
      return paginate(values, { query, url: `${url()}${path}` });
    },
  },
];

/** The hooks of a workspace: list, create, read, replace, delete. A replacement without `secret` keeps it; `null` or an
 *  empty secret removes it, and with it the signature. */
export function hookRoutes({ store, url, now }: RestParts, caller: Caller): Route[] {
  const inWorkspace = (name = '', answer: (workspace: Workspace) => Answer): Answer => {
    const workspace = findWorkspace(store.state, name);
    if (!workspace || !caller.isOf(workspace)) {
      return apiError(404, `No workspace with identifier '${name}'.`);
    }
    const lack = caller.lacks('webhook', 'webhook:write', 'webhook:delete');
    if (lack) return lack;
    return workspace.tokenIsOwner && caller.seesWhole(workspace)
      ? answer(workspace)
      : apiError(403, 'You must be an owner of the workspace.');
  };
  const onHook = ([name, uuid]: string[], answer: (hook: Hook, workspace: Workspace) => Answer): Answer =>
    inWorkspace(name, (workspace) => {
      const hook = workspace.hooks.find((one) => one.uuid === uuid);
      return hook ? answer(hook, workspace) : apiError(404, `Webhook ${uuid} not found`);
    });
  const parsed = (body: unknown, answer: (hook: z.infer<typeof hookSchema>) => Answer): Answer => {
    const hook = hookSchema.safeParse(body);
    return hook.success ? answer(hook.data) : apiError(400, faultyFields(hook.error).join('; '));
  };
  return [
    {
      method: 'GET',
      path: '/2.0/workspaces/:/hooks',
      answer: ([name], { query, path }) =>
        inWorkspace(name, (workspace) =>
          paginate(
            workspace.hooks.map((hook) => hookResource(workspace, hook)),
            { query, url: `${url()}${path}` },
          ),
        ),
    },
    {
      method: 'POST',
      path: '/2.0/workspaces/:/hooks',
      answer: ([name], { body }) =>
        inWorkspace(name, (workspace) =>
          parsed(body, ({ secret, ...rest }) => {
            const hook: Hook = {
              uuid: `{${randomUUID()}}`,
              ...rest,
              secret: secret || null,
              createdAt: new Date(now()).toISOString(),
            };
            workspace.hooks.push(hook);
            store.save();
            return ok(hookResource(workspace, hook), 201);
          }),
        ),
    },
    {
      method: 'GET',
      path: '/2.0/workspaces/:/hooks/:',
      answer: (names) => onHook(names, (hook, workspace) => ok(hookResource(workspace, hook))),
    },
    {
      method: 'PUT',
      path: '/2.0/workspaces/:/hooks/:',
      answer: (names, { body }) =>
        onHook(names, (hook, workspace) =>
          parsed(body, ({ secret, ...rest }) => {
            Object.assign(hook, rest, secret === undefined ? {} : { secret: secret || null });
            store.save();
            return ok(hookResource(workspace, hook));
          }),
        ),
    },
    {
      method: 'DELETE',
      path: '/2.0/workspaces/:/hooks/:',
      answer: (names) =>
        onHook(names, (hook, workspace) => {
          workspace.hooks = workspace.hooks.filter((other) => other !== hook);
          store.save();
          return noContent;
        }),
    },
  ];
}

/** Points each workspace's hook to Rolewright at a stack's API, whose port may have changed. */
export function connectHooks(
  store: StateStore,
  api: string,
  secrets: Readonly<Record<string, string>>,
): void {
  for (const workspace of store.state.workspaces) {
    const secret = secrets[workspace.slug];
    if (secret === undefined) continue;
    const path = `/webhooks/bitbucket/${workspace.slug}`;
    const hook = workspace.hooks.find(({ url }) => url.endsWith(path));
    if (hook) Object.assign(hook, { url: `${api}${path}`, secret });
    else {
      workspace.hooks.push({
        uuid: `{${randomUUID()}}`,
        url: `${api}${path}`,
        description: 'Rolewright',
        active: true,
        events: workspaceEvents.filter((event) =>
          /^(project:updated|repo:(created|deleted|imported|transfer|updated))$/.test(event),
        ),
        secret,
        createdAt: workspace.createdAt,
      });
    }
  }
  store.save();
}
