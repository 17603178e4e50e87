import { z } from 'zod';
import { type Answer, ok, refusal } from '../http/answers.ts';
import { faultyFields } from '../http/faulty-fields.ts';
import { findUser } from './seed.ts';
import type { SlackWorld } from './world.ts';

const changeSchema = z.strictObject({
  id: z.string().regex(/^S[A-Z0-9]{2,20}$/),
  users: z.array(z.string().min(1)),
  disabled: z.boolean().default(false),
});

/** Answers `POST /sandbox/user-groups`, with which somebody makes a user group or changes who is in it; `users` are names or
 *  ids. */
export function changeUserGroup({ seed, userGroups }: SlackWorld, body: unknown): Answer {
  const parsed = changeSchema.safeParse(body);
  if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
  const { id, users, disabled } = parsed.data;
  const unknown = users.filter((user) => !findUser(seed, user));
  if (unknown.length > 0) return refusal(404, ...unknown.map((user) => `/users: no user ${user}`));
  const ids = users.flatMap((user) => findUser(seed, user)?.id ?? []);
  const changed = { id, handle: userGroups.get(id)?.handle ?? id.toLowerCase(), users: ids, disabled };
  userGroups.set(id, changed);
  return ok(changed);
}
