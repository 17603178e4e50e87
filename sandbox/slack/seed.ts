/** A user of the Slack workspace. The sandbox's own endpoints use `name`. */
export type SlackUser = {
  id: string;
  name: string;
  realName: string;
  email: string;
  /** Properties of a user whose email must not be trusted; false by default. */
  deleted?: true;
  isBot?: true;
  isRestricted?: true;
  isUltraRestricted?: true;
  isStranger?: true;
  isEmailUnconfirmed?: true;
};

const member = (name: string, realName: string, more: Partial<SlackUser> = {}): SlackUser => ({
  id: `U0${name.toUpperCase()}`,
  name,
  realName,
  email: `${name}@acme.example`,
  ...more,
});

type Team = { id: string; domain: string; name: string };

/** A Slack user group and the ids of its users. */
export type SlackUserGroup = { id: string; handle: string; users: readonly string[]; disabled?: boolean };

/** A channel. `isSharedOutside`: users of another company are in it. */
export type SlackChannel = { id: string; name: string; isSharedOutside?: true };

/** A Slack workspace: its team, users, user groups and channels. */
export type SlackSeed = {
  team: Team;
  users: readonly SlackUser[];
  userGroups: readonly SlackUserGroup[];
  channels: readonly SlackChannel[];
  /** Scopes of the app's bot token; all that the manifest names unless said. */
  scopes?: readonly string[];
};

/** The content of a new sandbox: one Slack workspace, its users, user groups and channels, and one installed app. The first
 *  three are the people of the demo, Lin and Kim are in no list of anyone, and the others are users that an app must
 *  refuse. */
export const slackSeed = {
  team: { id: 'T0ACME', domain: 'acme', name: 'Acme' },
  /** A workspace that the app does not serve. A signed request may still name it, because the app is distributed. */
  foreignTeam: { id: 'T0GLOBEX', domain: 'globex', name: 'Globex' },
  app: { id: 'A0ROLEWRIGHT', name: 'Rolewright', botId: 'U0ROLEWRIGHT' },
  scopes: [
    'commands',
    'chat:write',
    'channels:read',
    'groups:read',
    'users:read',
    'users:read.email',
    'usergroups:read',
  ],
  botToken: 'slack-sandbox-token',
  signingSecret: 'slack-sandbox-signing-secret',
  users: [
    member('ada', 'Ada'),
    member('grace', 'Grace'),
    member('mallory', 'Mallory'),
    member('lin', 'Lin'),
    member('kim', 'Kim'),
    member('dora', 'Dora', { deleted: true }),
    member('build', 'Build bot', { isBot: true }),
    member('gus', 'Gus, a guest', { isRestricted: true }),
    member('uma', 'Uma, a single-channel guest', { isUltraRestricted: true }),
    member('sam', 'Sam of a connected workspace', { isStranger: true }),
    member('nina', 'Nina, who never confirmed her email', { isEmailUnconfirmed: true }),
  ],
  userGroups: [
    { id: 'S0SHOPDEVS', handle: 'shop-devs', users: ['U0LIN', 'U0GUS', 'U0MALLORY'] },
    { id: 'S0FORMER', handle: 'former', users: ['U0LIN', 'U0KIM'], disabled: true },
  ],
  channels: [
    { id: 'C0GENERAL', name: 'general' },
    { id: 'C0APPROVALS', name: 'aws-approvals' },
    { id: 'C0SHOP', name: 'team-shop' },
    { id: 'C0WEB', name: 'team-web' },
    { id: 'C0PARTNERS', name: 'with-globex', isSharedOutside: true },
  ],
} as const satisfies SlackSeed & {
  foreignTeam: Team;
  app: { id: string; name: string; botId: string };
  botToken: string;
  signingSecret: string;
};

/** A user by name or id. */
export const findUser = ({ users }: SlackSeed, nameOrId: string): SlackUser | undefined =>
  users.find(({ id, name }) => id === nameOrId || name === nameOrId);

type Settings = {
  slack?:
    | {
        team: string;
        approversChannel: string;
        channels: readonly { channel: string }[];
        userGroups: readonly { id: string }[];
      }
    | undefined;
  projects: readonly { approversChannel?: string | undefined }[];
  people: readonly { id: string; email?: string | undefined; slack?: string | undefined }[];
};

/** The team, channels, users and user groups that a configuration names, beside those of the standard seed. A person's name is what is before
 *  the @ of their email. */
export function slackSeedFor({ slack, projects, people }: Settings): SlackSeed {
  const { team, users, userGroups, channels } = slackSeed;
  if (!slack) return { team, users, userGroups, channels };
  const own = people.flatMap(({ id, email = id, slack: user }): SlackUser[] => {
    const [, userId] = user?.split('/') ?? [];
    const name = email.split('@')[0] ?? id;
    return userId === undefined ? [] : [{ id: userId, name, realName: name, email }];
  });
  const named = [
    slack.approversChannel,
    ...slack.channels.map(({ channel }) => channel),
    ...projects.flatMap(({ approversChannel }) => approversChannel ?? []),
  ];
  const missing = [...new Set(named)].filter((id) => !channels.some((known) => known.id === id));
  const isStandard = slack.team === team.id;
  return {
    team: isStandard ? team : { id: slack.team, domain: 'own', name: 'Own' },
    users: [...users, ...own.filter(({ id }) => !users.some((known) => known.id === id))],
    userGroups: [
      ...userGroups,
      ...slack.userGroups
        .filter(({ id }) => !userGroups.some((known) => known.id === id))
        .map(({ id }) => ({ id, handle: id.toLowerCase(), users: [] })),
    ],
    channels: [...channels, ...missing.map((id) => ({ id, name: id.toLowerCase() }))],
  };
}
