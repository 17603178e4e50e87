import type { Clock } from '../../domain/shared/clock.ts';
import { briefMemory } from '../brief-memory.ts';
import type { SlackWeb } from './web-api.ts';

/** Who is in which Slack user group. Throws the `PortError` of a call that failed. */
export type SlackUserGroups = { has(userGroup: string, user: string): Promise<boolean> };

/** Seconds for which members are cached, so that a user who leaves a user group has lost its groups within five minutes, the
 *  call for them included. */
const MEMBERS_SECONDS = 240;

/** Seconds for which a failed call is not repeated: Slack allows about 20 calls a minute. */
const FAILURE_SECONDS = 5;

/** The members as Slack lists them, cached. A user group that does not exist or is disabled has no members, which is logged. */
export function slackUserGroups(
  web: Pick<SlackWeb, 'userGroupMembers'>,
  clock: Pick<Clock, 'now'>,
  logger: { warn(message: string, more: { userGroup: string }): void },
): SlackUserGroups {
  const known = briefMemory<ReadonlySet<string>>(clock, MEMBERS_SECONDS);
  const failures = briefMemory<{ error: unknown }>(clock, FAILURE_SECONDS);

  async function membersOf(userGroup: string): Promise<ReadonlySet<string>> {
    const failure = failures.recall(userGroup);
    if (failure) throw failure.error;
    try {
      const found = await web.userGroupMembers(userGroup);
      if (!found) logger.warn('there is no such Slack user group', { userGroup });
      return new Set(found ?? []);
    } catch (error) {
      failures.remember(userGroup, { error });
      throw error;
    }
  }

  return {
    async has(userGroup, user) {
      const cached = known.recall(userGroup);
      if (cached) return cached.has(user);
      const members = await membersOf(userGroup);
      known.remember(userGroup, members);
      return members.has(user);
    },
  };
}
