import * as z from 'zod';
import { apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import type { Command } from '../command.ts';
import { API_HELP, apiOptions, EXIT_HELP, readNames, readOptions } from '../options.ts';
import { plainJson } from '../plain-text.ts';
import { facts } from '../text/table.ts';
import { asText } from './grant-text.ts';

/** What the API says of its caller. */
export const callerView = z.looseObject({
  kind: z.string(),
  id: z.string(),
  groups: z.array(z.string()),
  issuer: z.string().optional(),
  may: z.array(z.string()),
});

/** `rolewright whoami`: who the API takes the caller for. */
export const whoamiCommand: Command = {
  summary: 'show who you are to the API, and what you may do',
  help: `Usage: rolewright whoami [options]

Shows who you are to the API, your groups, and what the access rules allow you
on some grant.

${API_HELP}

${EXIT_HELP}
`,
  async run(args, world) {
    const { values, positionals } = readOptions('whoami', args, apiOptions);
    readNames('whoami', [], positionals);
    const session = await sessionOf(values.url, world);
    const answer = await apiOf(session)({ method: 'GET', path: '/v1/me' });
    if (values.json) {
      world.write(`${plainJson(answer.json, 2)}\n`);
      return 0;
    }
    const { kind, id, groups, issuer, may } = readAs(callerView, answer);
    const rows = [
      ['API', session.origin],
      ['You are', `${kind}:${id}`],
      ['Groups', groups.length > 0 ? groups.join(', ') : 'none'],
      ['Issuer', issuer],
      ['You may', may.length > 0 ? may.join(', ') : 'nothing'],
    ] as const;
    world.write(asText(facts(rows, world.columns)));
    return 0;
  },
};
