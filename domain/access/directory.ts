import type { Directory, Person } from './directory-schema.ts';

export type { Directory, Person } from './directory-schema.ts';

/** The person with this principal id. */
export const findPerson = ({ people }: Directory, id: string): Person | undefined =>
  people.find((person) => person.id === id);

/** The person behind a Slack user, e.g. `T01ACME` and `U01ADA`. Nobody who is not written down is found. */
export const findSlackPerson = ({ people }: Directory, team: string, user: string): Person | undefined =>
  people.find(({ slack }) => slack === `${team}/${user}`);
