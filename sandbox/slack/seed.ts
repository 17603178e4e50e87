/** A person of the Slack workspace. `name` is what the sandbox's own endpoints call them by. */
export type SlackUser = {
  id: string;
  name: string;
  realName: string;
  email: string;
  /** What makes somebody no member whose email can be believed; all false unless told. */
  deleted?: true;
  isBot?: true;
  isRestricted?: true;
  isUltraRestricted?: true;
  isStranger?: true;
  isEmailUnconfirmed?: true;
};

const member = (id: string, name: string, realName: string, more: Partial<SlackUser> = {}): SlackUser => ({
  id,
  name,
  realName,
  email: `${name}@acme.example`,
  ...more,
});

/** What a new sandbox holds: one Slack workspace, its people and channels, and one installed app. `general` holds the
 *  people whom the demo knows; the others are those whom an app must not believe. */
export const slackSeed = {
  team: { id: 'T0ACME', domain: 'acme', name: 'Acme' },
  /** A workspace that the app is not meant for: a signed request may still name it, for the app is distributed. */
  foreignTeam: { id: 'T0GLOBEX', domain: 'globex', name: 'Globex' },
  app: { id: 'A0ROLEWRIGHT', name: 'Rolewright', botId: 'U0ROLEWRIGHT' },
  botToken: 'slack-sandbox-token',
  signingSecret: 'slack-sandbox-signing-secret',
  users: [
    member('U0ADA', 'ada', 'Ada'),
    member('U0GRACE', 'grace', 'Grace'),
    member('U0MALLORY', 'mallory', 'Mallory'),
    member('U0DORA', 'dora', 'Dora', { deleted: true }),
    member('U0BUILD', 'build', 'Build bot', { isBot: true }),
    member('U0GUS', 'gus', 'Gus, a guest', { isRestricted: true }),
    member('U0UMA', 'uma', 'Uma, a single-channel guest', { isUltraRestricted: true }),
    member('U0SAM', 'sam', 'Sam of a connected workspace', { isStranger: true }),
    member('U0NINA', 'nina', 'Nina, who never confirmed her email', { isEmailUnconfirmed: true }),
  ],
  channels: [
    { id: 'C0GENERAL', name: 'general' },
    { id: 'C0APPROVALS', name: 'aws-approvals' },
    { id: 'C0SHOP', name: 'team-shop' },
    { id: 'C0WEB', name: 'team-web' },
  ],
} as const satisfies {
  team: { id: string; domain: string; name: string };
  foreignTeam: { id: string; domain: string; name: string };
  app: { id: string; name: string; botId: string };
  botToken: string;
  signingSecret: string;
  users: readonly SlackUser[];
  channels: readonly { id: string; name: string }[];
};

const users: readonly SlackUser[] = slackSeed.users;

/** Somebody by name or id. */
export const findUser = (nameOrId: string): SlackUser | undefined =>
  users.find(({ id, name }) => id === nameOrId || name === nameOrId);
