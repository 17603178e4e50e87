import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { eventHash, type GrantEvent, ZERO_HASH } from '../../domain/grants/event.ts';
import { type Client, type Subject, send } from './subjects.ts';

/** What is not as it should be after a run: a grant in another state than its caller wanted, a log that does not say so once or
 *  whose chain is broken, a role that is missing, or one too many. Empty: nothing was lost. */
export async function wrongOf(client: Client, subjects: readonly Subject[], name: string): Promise<string[]> {
  const roles = await rolesOf(client);
  const wrong: string[] = [];
  const expected = new Set<string>();
  for (const { id, wanted } of subjects) {
    const { json: grant } = await send(client, `/${id}`);
    const role = (grant.role as { name?: string } | undefined)?.name;
    if (grant.state !== wanted) wrong.push(`${id} is ${String(grant.state)}, not ${wanted}`);
    const fieldError = await storyError(client, id, wanted);
    if (fieldError) wrong.push(`${id}: ${fieldError}`);
    if (wanted !== 'active') continue;
    if (role === undefined || !roles.has(role)) wrong.push(`${id} is active and has no role`);
    else expected.add(role);
  }
  const ofRun = [...roles].filter((role) => role.startsWith(`rw-bench-${name}-`));
  wrong.push(...ofRun.filter((role) => !expected.has(role)).map((role) => `${role} is left over`));
  return wrong;
}

async function rolesOf({ stack }: Client): Promise<Set<string>> {
  const iam = new IAMClient({
    region: 'eu-central-1',
    endpoint: stack.aws.url,
    credentials: { accessKeyId: 'SANDBOX', secretAccessKey: 'sandbox' },
  });
  const names = new Set<string>();
  for await (const { Roles: roles = [] } of paginateListRoles(
    { client: iam },
    { PathPrefix: '/rolewright/' },
  )) {
    for (const { RoleName: roleName } of roles) if (roleName) names.add(roleName);
  }
  iam.destroy();
  return names;
}

/** Why the grant's log does not tell the story of one creation and, where it has ended, one end; undefined where it does. */
async function storyError(
  client: Client,
  id: string,
  wanted: Subject['wanted'],
): Promise<string | undefined> {
  const { json } = await send(client, `/${id}/events?limit=100`);
  const events = (json.items ?? []) as GrantEvent[];
  let prevHash = ZERO_HASH;
  for (const { hash, ...event } of events) {
    if (event.prevHash !== prevHash || eventHash(event as never) !== hash) {
      return `the chain is broken at event ${event.seq}`;
    }
    prevHash = hash;
  }
  const count = (type: string) => events.filter((event) => event.type === type).length;
  const found = [count('GrantRequested'), count('GrantActivated'), count('GrantRevoked')].join(' ');
  return found === `1 1 ${wanted === 'revoked' ? 1 : 0}` ? undefined : `made, activated, revoked: ${found}`;
}
