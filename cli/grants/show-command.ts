import { visibleLines } from '../../domain/shared/text/visible-text.ts';
import { apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import { type Command, CommandFailure } from '../command.ts';
import { API_HELP, apiOptions, EXIT_HELP, readNames, readOptions } from '../options.ts';
import { plainJson, plainText } from '../plain-text.ts';
import { shellCommand } from '../text/shell.ts';
import { asText, grantLines, planLines } from './grant-text.ts';
import { type GrantView, grantView } from './grant-view.ts';
import { stepHint } from './request-command.ts';

/** The path of a grant that was typed, whatever was typed. */
export const pathOf = (grant: string): string => `/v1/grants/${encodeURIComponent(grant)}`;

/** `rolewright show`: one grant. */
export const showCommand: Command = {
  summary: 'show a grant, its waiting plan and its pipeline step',
  help: `Usage: rolewright show GRANT [options]

Shows a grant: what it is for and what waits for approval. The policies are in
--json.

  --step              print its step for bitbucket-pipelines.yml, nothing else
${API_HELP}

${EXIT_HELP}
`,
  async run(args, world) {
    const { values, positionals } = readOptions('show', args, { ...apiOptions, step: { type: 'boolean' } });
    const { grant: id } = readNames('show', ['grant'], positionals);
    const api = apiOf(await sessionOf(values.url, world));
    const answer = await api({ method: 'GET', path: pathOf(id) });
    if (values.json) {
      world.write(`${plainJson(answer.json, 2)}\n`);
      return 0;
    }
    const grant = readAs(grantView, answer);
    if (values.step) {
      if (grant.pipelineSnippet === undefined) {
        throw new CommandFailure(1, `${grant.id} has no step: it is ${plainText(grant.state)}, not active.`);
      }
      world.write(visibleLines(grant.pipelineSnippet));
      return 0;
    }
    world.write(
      asText([
        ...grantLines(grant, world.columns),
        ...waitingLines(grant, world.columns),
        ...(grant.pipelineSnippet === undefined ? [] : ['', stepHint(grant)]),
      ]),
    );
    return 0;
  },
};

/** The plan that waits, and the commands that decide it. */
export function waitingLines(grant: GrantView, columns: number | undefined): string[] {
  const { id, plan, state, pendingChange } = grant;
  if (!plan || (state !== 'pending' && !pendingChange)) return [];
  const decide = (verb: string, ...more: string[]) =>
    `  ${shellCommand(['rolewright', verb, id, '--plan', plan.hash, ...more])}`;
  return [
    '',
    ...planLines(plan, columns),
    '',
    'To decide exactly this plan:',
    decide('approve'),
    decide('reject', '--reason', 'why'),
  ];
}
