import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { send } from '../../support/e2e/http.ts';
import type { Grant, World } from '../../support/e2e/stack/stack.ts';

/** A live grant whose role an operator does something to by hand. */
export type Victim = { grant: Grant; RoleName: string; slug: string; environment?: string };

/** One way: what is done, what the next pass finds and does, and the state that the grant is in then. `isOurs` is false where
 *  the role is no longer the grant's: nothing is written to it. */
export type Way = {
  act(world: World, victim: Victim): Promise<unknown>;
  kinds: string[];
  action: 'repaired' | 'frozen' | 'reported';
  isOurs?: false;
  /** Whether the grant is for an environment. */
  environment?: true;
};

const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const statement = (over: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...over }],
});

type Document = { Statement: [Record<string, unknown>] };

/** A copy of a document whose first statement is changed. */
function changed(document: unknown, change: (first: Record<string, unknown>) => object): string {
  const copy = structuredClone(document) as Document;
  copy.Statement[0] = { ...copy.Statement[0], ...change(copy.Statement[0]) };
  return JSON.stringify(copy);
}

const trust =
  (change: (first: Record<string, unknown>) => object): Way['act'] =>
  (world, { grant, RoleName }) =>
    world.iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: changed(grant.trustPolicy, change) }),
    );

const permissions =
  (change: (first: Record<string, unknown>) => object): Way['act'] =>
  (world, { grant, RoleName }) =>
    world.iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'permissions',
        PolicyDocument: changed(grant.permissionsPolicy, change),
      }),
    );

const inline =
  (PolicyName: string, over: object): Way['act'] =>
  (world, { RoleName }) =>
    world.iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(statement(over)) }),
    );

const attach =
  (PolicyArn: string): Way['act'] =>
  (world, { RoleName }) =>
    world.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));

const bound =
  (PermissionsBoundary: string): Way['act'] =>
  (world, { RoleName }) =>
    world.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));

const unbound: Way['act'] = (world, { RoleName }) =>
  world.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));

const untag =
  (key: string): Way['act'] =>
  (world, { RoleName }) =>
    world.iam.send(new UntagRoleCommand({ RoleName, TagKeys: [key] }));

const lasting =
  (MaxSessionDuration: number): Way['act'] =>
  (world, { RoleName }) =>
    world.iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration }));

const withoutPolicy: Way['act'] = (world, { RoleName }) =>
  world.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'permissions' }));

const deleted: Way['act'] = async (world, victim) => {
  await withoutPolicy(world, victim);
  await world.iam.send(new DeleteRoleCommand({ RoleName: victim.RoleName }));
};

/** A role of the same name, path and documents, made by somebody else. */
const replaced: Way['act'] = async (world, victim) => {
  const { RoleName, grant } = victim;
  await deleted(world, victim);
  await world.iam.send(
    new CreateRoleCommand({
      RoleName,
      Path: '/rolewright/',
      AssumeRolePolicyDocument: JSON.stringify(grant.trustPolicy),
      Tags: [{ Key: 'rolewright:grant', Value: grant.id }],
    }),
  );
};

const inBitbucket =
  (method: string, path: (victim: Victim) => string, json?: object): Way['act'] =>
  async (world, victim) => {
    const { bitbucket } = world.stack;
    const reply = await send(bitbucket.url, method, `/sandbox/repositories/acme/${path(victim)}`, {
      ...(json ? { json: json as never } : {}),
    });
    if (reply.status >= 300) throw new Error(reply.text);
  };

const all =
  (...acts: Way['act'][]): Way['act'] =>
  async (world, victim) => {
    for (const act of acts) await act(world, victim);
  };

const subOf = (first: Record<string, unknown>, sub: (own: string) => string): object => {
  const condition = first.Condition as Record<'StringEquals' | 'StringLike', Record<string, string>>;
  const [[key, own] = ['', '']] = Object.entries(condition.StringLike);
  return { Condition: { ...condition, StringLike: { [key]: sub(own) } } };
};

const repaired = (kind: string, act: Way['act']): Way => ({ act, kinds: [kind], action: 'repaired' });
const closed = (kind: string, act: Way['act']): Way => ({
  act,
  kinds: [kind, 'CLOSED_BY_HAND'],
  action: 'frozen',
});

/** Every way in which an operator alters a role, alone and together. */
export const ways: Record<string, Way> = {
  'admits every token of the workspace': repaired(
    'TRUST_CHANGED',
    trust((one) => subOf(one, () => '*')),
  ),
  'admits whoever has a token': repaired(
    'TRUST_CHANGED',
    trust(() => ({ Condition: undefined })),
  ),
  'allows more actions': repaired(
    'PERMISSIONS_CHANGED',
    permissions(() => ({ Action: ['s3:*'] })),
  ),
  'allows more resources': repaired(
    'PERMISSIONS_CHANGED',
    permissions(() => ({ Resource: ['*'] })),
  ),
  'has another policy': repaired('POLICY_ATTACHED', inline('backdoor', {})),
  'has AdministratorAccess': repaired('POLICY_ATTACHED', attach(ADMINISTRATOR)),
  'has no boundary': repaired('BOUNDARY_CHANGED', unbound),
  'has a wide boundary': repaired('BOUNDARY_CHANGED', bound(ADMINISTRATOR)),
  'has lost a tag': repaired('TAGS_CHANGED', untag('rolewright:template')),
  'lets sessions last longer': repaired('SESSION_DURATION_CHANGED', lasting(43_200)),
  'is opened in every way at once': {
    act: all(
      trust(() => ({ Condition: undefined })),
      inline('backdoor', {}),
      unbound,
      lasting(43_200),
    ),
    kinds: ['TRUST_CHANGED', 'POLICY_ATTACHED', 'BOUNDARY_CHANGED', 'SESSION_DURATION_CHANGED'],
    action: 'repaired',
  },

  'denies every token': closed(
    'TRUST_CHANGED',
    trust(() => ({ Effect: 'Deny' })),
  ),
  'admits fewer tokens': closed(
    'TRUST_CHANGED',
    trust((one) => subOf(one, (own) => own.replace(/:\*$/, ':{00000000-0000-4000-8000-000000000000}:*'))),
  ),
  'has lost its policy': closed('PERMISSIONS_CHANGED', withoutPolicy),
  'allows less, by a further condition': closed(
    'PERMISSIONS_CHANGED',
    permissions(({ Condition: own }) => ({
      Condition: { ...(own as object), Bool: { 'aws:SecureTransport': 'true' } },
    })),
  ),
  'has AWS’s own revocation of sessions': closed(
    'POLICY_ATTACHED',
    inline('AWSRevokeOlderSessions', {
      Effect: 'Deny',
      Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } },
    }),
  ),
  'has AWSDenyAll attached': closed('POLICY_ATTACHED', attach(DENY_ALL)),
  'has AWSDenyAll as boundary': closed('BOUNDARY_CHANGED', bound(DENY_ALL)),
  'is deleted': closed('ROLE_DELETED', deleted),
  'is opened and closed': {
    act: all(
      trust(() => ({ Condition: undefined })),
      attach(ADMINISTRATOR),
      bound(DENY_ALL),
    ),
    kinds: ['TRUST_CHANGED', 'POLICY_ATTACHED', 'BOUNDARY_CHANGED', 'CLOSED_BY_HAND'],
    action: 'frozen',
  },

  'is replaced by another': { act: replaced, kinds: ['ROLE_REPLACED'], action: 'frozen', isOurs: false },
  'has lost the tag of its grant': {
    act: untag('rolewright:grant'),
    kinds: ['TAGS_CHANGED'],
    action: 'frozen',
    isOurs: false,
  },

  'has lost a tag, of a repository that has moved': {
    act: all(
      inBitbucket('PUT', ({ slug }) => slug, { project: 'WEB' }),
      untag('rolewright:template'),
    ),
    kinds: ['TAGS_CHANGED', 'REPOSITORY_MOVED'],
    action: 'reported',
  },
  'is opened, of a repository that has moved': {
    act: all(
      inBitbucket('PUT', ({ slug }) => slug, { project: 'WEB' }),
      attach(ADMINISTRATOR),
    ),
    kinds: ['POLICY_ATTACHED', 'REPOSITORY_MOVED'],
    action: 'frozen',
  },
  'has lost a tag, of an environment that is gone': {
    act: all(
      inBitbucket('DELETE', ({ slug, environment }) => `${slug}/environments/${environment}`),
      untag('rolewright:template'),
    ),
    environment: true,
    kinds: ['TAGS_CHANGED', 'ENVIRONMENT_GONE'],
    action: 'reported',
  },
};
