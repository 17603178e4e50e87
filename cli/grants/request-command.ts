import { apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import type { Command } from '../command.ts';
import { API_HELP, EXIT_HELP } from '../options.ts';
import { plainJson } from '../plain-text.ts';
import { shellCommand } from '../text/shell.ts';
import { asText, grantLines, planLines, plannedLines } from './grant-text.ts';
import { type GrantView, grantView } from './grant-view.ts';
import { bodyOf, REQUEST_OPTIONS_HELP, readRequest } from './request-arguments.ts';

/** `rolewright request`: asks for a grant. */
export const requestCommand: Command = {
  summary: 'request a role for a repository, or change one',
  help: `Usage: rolewright request REPOSITORY TEMPLATE [NAME=VALUE...] [options]

Requests a role for a repository, from a template with its parameters. A
parameter that takes a list is given once for each value. Repeating a request
changes nothing.

${REQUEST_OPTIONS_HELP}
  --plan HASH         request only what rolewright plan showed with this hash
${API_HELP}

Example: rolewright request acme/shop s3-static-site bucket=shop-site

${EXIT_HELP}
A request that waits for approval is done.
`,
  async run(args, world) {
    const typed = readRequest('request', args);
    const api = apiOf(await sessionOf(typed.url, world));
    const answer = await api({ method: 'POST', path: '/v1/grants', body: await bodyOf(api, typed) });
    if (typed.json) world.write(`${plainJson(answer.json, 2)}\n`);
    else {
      const grant = readAs(grantView, answer);
      world.write(asText([...grantLines(grant, world.columns), '', ...nextLines(grant)]));
    }
    return 0;
  },
};

/** Where the step of an active grant is. */
export const stepHint = ({ id }: GrantView): string =>
  `The step for bitbucket-pipelines.yml: ${shellCommand(['rolewright', 'show', id, '--step'])}`;

/** What follows a request or a decision. */
export function nextLines(grant: GrantView): string[] {
  if (grant.state === 'pending' || grant.pendingChange !== undefined) {
    return [`Waits for approval. See what is asked for: ${shellCommand(['rolewright', 'show', grant.id])}`];
  }
  if (grant.state === 'provisioning' || grant.state === 'revoking') {
    return [`In progress. See how far it is: ${shellCommand(['rolewright', 'show', grant.id])}`];
  }
  return grant.pipelineSnippet === undefined ? [] : [stepHint(grant)];
}

/** `rolewright plan`: what a request would change. */
export const planCommand: Command = {
  summary: 'show what a request would change, and change nothing',
  help: `Usage: rolewright plan REPOSITORY TEMPLATE [NAME=VALUE...] [options]

Shows what rolewright request would do with the same arguments: each permission
that would be gained and lost, and whether an approval is needed. Writes
nothing.

${REQUEST_OPTIONS_HELP}
  --plan HASH         refuse if the plan is another than the one with this hash
${API_HELP}

Example: rolewright plan acme/shop s3-static-site bucket=shop-site

${EXIT_HELP}
`,
  async run(args, world) {
    const typed = readRequest('plan', args);
    const api = apiOf(await sessionOf(typed.url, world));
    const body = await bodyOf(api, typed);
    const answer = await api({ method: 'POST', path: '/v1/grants', query: { dryRun: 'true' }, body });
    if (typed.json) {
      world.write(`${plainJson(answer.json, 2)}\n`);
      return 0;
    }
    const grant = readAs(grantView, answer);
    const { plan } = grant;
    const again = [...typed.words, ...(plan && !typed.fields.planHash ? ['--plan', plan.hash] : [])];
    world.write(
      asText([
        ...plannedLines(grant, world.columns),
        '',
        ...(plan ? planLines(plan, world.columns) : []),
        '',
        'Nothing is written. To request exactly this:',
        `  ${shellCommand(['rolewright', 'request', ...again])}`,
      ]),
    );
    return 0;
  },
};
