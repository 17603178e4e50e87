import { z } from 'zod';
import { managedPolicyDocument } from '../iam/managed-policies.ts';
import type { Role, Session } from '../state.ts';
import { sessionDocuments } from '../sts/session-policies.ts';
import { requestContext, roleOfSession } from '../sts/sts.ts';
import type { World } from '../world.ts';
import { identityVerdict, type Verdict } from './evaluation.ts';
import type { Context } from './pattern.ts';

/** `context`: further condition keys of the request, such as `iam:PassedToService`. */
export const canActSchema = z.strictObject({
  accessKeyId: z.string(),
  action: z.string().regex(/^[\w-]+:\w+$/),
  resource: z.string(),
  context: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
});

type Question = z.infer<typeof canActSchema>;
type Answer = { allowed: boolean; why: string };

const no = (why: string): Answer => ({ allowed: false, why });

/** Whether a session may do something now: its role exists, its policies allow it, and so do the
 *  boundary and the session's own policies where there are any. An explicit deny of any of them wins. */
export function canAct(world: World, question: Question): Answer {
  const session = world.state.sessions.seen(question.accessKeyId);
  if (!session) return no('this access key belongs to no session');
  if (session.expiresAt <= world.now()) return no('the session has expired');
  const role = roleOfSession(world, session);
  if (!role) return no('the role of this session is gone');

  const context = contextOf(world, question, { session, role });
  const ask = (documents: string[]) =>
    identityVerdict(
      documents.filter((document) => document !== ''),
      question,
      context,
    );
  const own = ask([
    ...role.inlinePolicies.map((policy) => policy.document),
    ...role.attachedPolicies.map((arn) => managedPolicyDocument(world, arn) ?? ''),
  ]);
  const limit: Verdict = role.boundaryArn
    ? ask([managedPolicyDocument(world, role.boundaryArn) ?? ''])
    : 'allow';
  const narrowed: Verdict = session.policies ? ask(sessionDocuments(world, session.policies)) : 'allow';
  if (own === 'deny') return no('a policy of the role denies it');
  if (limit === 'deny') return no('the permissions boundary denies it');
  if (narrowed === 'deny') return no('a session policy denies it');
  if (own === 'none') return no('no policy of the role allows it');
  if (limit === 'none') return no('the permissions boundary does not allow it');
  if (narrowed === 'none') return no('no session policy allows it');
  return { allowed: true, why: 'the policies of the role and its boundary allow it' };
}

/** What the sandbox knows of a request. Keys of other services are missing unless the question brings them. */
function contextOf(
  world: World,
  question: Question,
  { session, role }: { session: Session; role: Role },
): Context {
  const resourceAccount = question.resource.split(':')[4] || world.accountId;
  const entries: [string, string[]][] = [
    ...requestContext(world.now()),
    ['aws:principalarn', [role.arn]],
    ['aws:principalaccount', [world.accountId]],
    ['aws:principaltype', ['AssumedRole']],
    ['aws:userid', [`${role.roleId}:${session.sessionName}`]],
    ['aws:tokenissuetime', [new Date(session.issuedAt).toISOString()]],
    ['aws:resourceaccount', [resourceAccount]],
    ...role.tags.map((tag): [string, string[]] => [`aws:principaltag/${tag.key.toLowerCase()}`, [tag.value]]),
    ...Object.entries(question.context).map(([key, value]): [string, string[]] => [
      key.toLowerCase(),
      [value].flat(),
    ]),
  ];
  return new Map(entries);
}
