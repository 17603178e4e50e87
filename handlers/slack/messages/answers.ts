import type { KnownBlock } from '@slack/types';
import type { SlackContent } from '../../../adapters/slack/web-api.ts';
import {
  documentsOf,
  type Grant,
  type RequestDecision,
  roleOf,
  waitingRequest,
} from '../../../domain/grants/grant.ts';
import type { SlackRequest } from '../../../domain/messaging/worker-message.ts';
import { waitingPlanOf } from '../../../domain/planning/waiting-plan.ts';
import type { Problem, Reference } from '../../../domain/shared/problem.ts';
import { visible } from '../../../domain/shared/text/visible-text.ts';
import { parameterTypes } from '../../../domain/templates/parameters/parameter-types.ts';
import type { Template } from '../../../domain/templates/template.ts';
import type { GrantAnswer } from '../../../domain/use-cases/requests/outcome.ts';
import { pipelineSnippets, type StepSource } from '../../http/resources/pipeline-snippet.ts';
import { COMMAND, type CommandHelp, exampleRequest } from '../command.ts';
import type { Naming } from '../people.ts';
import {
  code,
  codeBlock,
  facts,
  fitsCodeBlock,
  heading,
  lines,
  link,
  mrkdwn,
  plainSection,
  section,
  smallPrint,
  words,
} from './blocks.ts';
import { admission, parametersOf, placeOf, templateOf } from './grant-facts.ts';
import { permissionList, permissionsIn } from './permission-list.ts';
import { changeBlocks } from './plan-facts.ts';
import { slackTime } from './times.ts';

type Templates = ReadonlyMap<string, Template>;

/** What answers about grants are written with. */
export type Writing = StepSource & { naming: Naming };

/** One sentence, as trusted mrkdwn. */
export const message = (text: string, plainText = text): SlackContent => ({
  text: plainText
    .replace(/[`*]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&'),
  blocks: [section(text)],
});

/** What can be done, for everybody. */
export function help(templates: Templates): SlackContent {
  const rows = [
    [`${COMMAND}`, 'opens the request form'],
    [`${COMMAND} request acme/shop <template> name=value …`, 'requests a role'],
    [`${COMMAND} list [acme/shop]`, 'lists grants'],
    [`${COMMAND} show <grant>`, 'shows one grant, with the step for bitbucket-pipelines.yml'],
    [`${COMMAND} explain <grant>`, 'explains who can use it, and for what'],
    [`${COMMAND} revoke <grant> [because …]`, 'asks whether to revoke it, which ends every live session'],
    [`${COMMAND} templates [name]`, 'lists the templates, or shows one'],
  ] as const;
  const options =
    'A request also accepts `env=Production` (a deployment environment), `for=30d` (a lifetime), `name=…` (to hold several grants of one template), and a final `because …`. Quotes group words. The values of a list are separated by commas.';
  return {
    text: `${COMMAND}: AWS roles for Bitbucket Pipelines`,
    blocks: [
      section(
        '*Rolewright* gives pipelines of a repository a least-privilege AWS role, without stored keys.',
      ),
      section(rows.map(([command, does]) => `${code(command)}  ${does}`).join('\n')),
      section(options),
      section(`For example\n${code(exampleRequest(templates))}`),
    ],
  };
}

/** The answer to a Slack user without a directory entry. It says only whom to ask. */
export const notKnown: SlackContent = message(
  `I do not know who you are: your Slack user is not in the directory. Only ${code(`${COMMAND} help`)} works for you. Ask the administrators of Rolewright to add your Slack user to \`people\` in its configuration.`,
);

/** What was understood of a mistaken command, what is wrong, and one that works. */
export function commandHelp({ errors, understood, example }: CommandHelp): SlackContent {
  const items = errors.map((fieldError) => ({ text: `• ${words(fieldError)}` }));
  return {
    text: visible(errors.join(' ')),
    blocks: [
      ...(understood ? [section(`Understood: ${words(understood)}`)] : []),
      section(lines(items, (left) => `… and ${left} more`)),
      section(`For example\n${code(example)}`),
    ],
  };
}

/** All templates, or one with its parameters. */
export function templateList(templates: Templates): SlackContent {
  const items = [...templates.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, description, approval }) => ({
      text: `• ${code(name)}  ${words(description)}${approval === 'required' ? ' _(needs approval)_' : ''}`,
    }));
  return {
    text: 'Templates',
    blocks: [
      section(lines(items, (left) => `… and ${left} more`)),
      smallPrint(`${code(`${COMMAND} templates <name>`)} shows one`),
    ],
  };
}

/** One template with its parameters and an example. */
export function templateDetail(template: Template, templates: Templates): SlackContent {
  const { name, description, approval, scope, requestableBy } = template;
  const items = Object.entries(template.parameters).map(
    ([parameter, { type, description: text, optional, list }]) => {
      const rule = `${parameterTypes[type].rule}${list ? `; up to ${list.max}, separated by commas` : ''}`;
      return {
        text: `• ${code(parameter)}${optional ? ' _(optional)_' : ''}  ${words(text)}: ${words(rule)}`,
      };
    },
  );
  return {
    text: `Template ${name}`,
    blocks: [
      heading(name),
      section(words(description)),
      ...facts([
        ['Approval', approval === 'required' ? 'another person must approve' : 'none'],
        [
          'Scope',
          scope === 'environment'
            ? 'a deployment environment only'
            : 'a repository, or one of its environments',
        ],
        ['Who may request', requestableBy.join(', ')],
      ]),
      ...(items.length > 0 ? [section(lines(items, (left) => `… and ${left} more`))] : []),
      section(`For example\n${code(exampleRequest(templates, template))}`),
    ],
  };
}

/** That a request is on its way: what was understood. */
export function asked({ repository, template, parameters, environment }: SlackRequest): SlackContent {
  const items = Object.entries(parameters).map(([name, value]) => ({
    text: `${name} ${[value].flat().map(code).join(' ')}`,
  }));
  const where = environment === undefined ? code(repository) : `${code(repository)}, ${code(environment)}`;
  const what =
    items.length === 0
      ? ''
      : ` with ${lines(items, (left) => `and ${left} more`, 2000).replaceAll('\n', ', ')}`;
  return message(`Requesting ${code(template)} for ${where}${what} …`);
}

/** Why something cannot be done, in the words that every endpoint gives, with every faulty field. */
export function refused({ code: kind, detail: what, errors = [], see }: Problem): SlackContent {
  const detail = see ? `${what} ${hintOf(see)}` : what;
  const items = errors.map(({ pointer, detail: rule }) => ({
    text: `• ${code(pointer.slice(1) || 'request')} ${words(rule)}`,
  }));
  return {
    text: visible(detail),
    blocks: [
      plainSection(detail, 2000),
      ...(items.length > 0 ? [section(lines(items, (left) => `… and ${left} more`))] : []),
      smallPrint(code(kind)),
    ],
  };
}

const hintOf = (see: Reference): string =>
  see.of === 'templates'
    ? `${COMMAND} templates lists all templates.`
    : `${COMMAND} templates ${see.name} shows its parameters.`;

const STATES: Record<Grant['state'], string> = {
  pending: 'waits for approval',
  provisioning: 'is being created',
  active: 'is active',
  frozen: 'is frozen; its role admits no token',
  revoking: 'is being revoked',
  revoked: 'is revoked',
  rejected: 'was rejected',
  failed: 'failed; no role exists',
};

const idOf = ({ id }: Pick<Grant, 'id'>, { configuration }: Writing): string => {
  const { grantLink } = configuration.slack ?? {};
  return grantLink ? link(grantLink.replaceAll('{id}', id), id) : code(id);
};

/** How a request came out, with what it has replaced and taken away. */
export function requested({ outcome, grant, plan }: GrantAnswer, writing: Writing): SlackContent {
  const { intent } = grant.request;
  const waiting = waitingRequest(grant);
  const where = `${templateOf(intent)} for ${code(placeOf(intent))}`;
  const changes = plan ? changeBlocks(plan) : [];
  if (waiting) {
    const text = `${where} waits for approval. The approvers are notified; you will be notified of their decision.`;
    return {
      text: `${intent.template.name} waits for approval`,
      blocks: [section(text), ...changes, smallPrint(`Grant ${idOf(grant, writing)}`)],
    };
  }
  if (grant.state !== 'active') {
    const text = `${where} ${STATES[grant.state]}. ${code(`${COMMAND} show ${grant.id}`)} shows its progress.`;
    return {
      text: `${intent.template.name} ${STATES[grant.state]}`,
      blocks: [section(text), ...changes],
    };
  }
  const title = plan && outcome !== 'created' ? 'Changed' : 'Granted';
  const unchanged = outcome === 'unchanged' && !plan ? '\nNothing had to change.' : '';
  return {
    text: `${title}: ${intent.template.name} for ${placeOf(intent)}`,
    blocks: [
      section(`✓ *${title}*: ${where}\nRole ${code(grant.role.arn)}${unchanged}`),
      ...changes,
      ...snippetOf(grant, writing),
      smallPrint(
        `Grant ${idOf(grant, writing)}`,
        ...(grant.expiresAt ? [`expires ${slackTime(grant.expiresAt)}`] : []),
      ),
    ],
  };
}

/** The steps of an active grant. A step that one message cannot hold whole is left to the API: cut, it would not run. */
function snippetOf(grant: Grant, writing: Writing): KnownBlock[] {
  const { pipelineSnippet, pipeSnippet } = pipelineSnippets(grant, writing);
  const steps = [
    ['The step for `bitbucket-pipelines.yml`', pipelineSnippet],
    ["The same with Atlassian's pipes", pipeSnippet],
  ] as const;
  return steps.flatMap(([title, step]) => {
    if (step === undefined) return [];
    return fitsCodeBlock(step)
      ? [section(title), codeBlock(step)]
      : [section(`${title} is too long for Slack. ${code(`GET /v1/grants/${grant.id}`)} has it.`)];
  });
}

/** One grant. */
export function grantCard(grant: Grant, writing: Writing): SlackContent {
  const { intent, requestedBy, reason, approvedBy } = grant.request;
  const account = writing.configuration.accounts.find(({ id }) => id === intent.account)?.alias;
  const role = roleOf(grant);
  return {
    text: `${intent.template.name} for ${placeOf(intent)} ${STATES[grant.state]}`,
    blocks: [
      heading(`${intent.template.name} for ${placeOf(intent)}`),
      ...facts([
        ['State', STATES[grant.state]],
        ['Requested by', writing.naming(requestedBy)],
        ['Parameters', parametersOf(intent)],
        ['AWS account', account ? `${code(account)} (${code(intent.account)})` : code(intent.account)],
        ['Role', role ? code(role.arn) : '_none_'],
        ['Expires', grant.expiresAt ? slackTime(grant.expiresAt) : 'never'],
        grant.hold ? ['Held', `by ${writing.naming(grant.hold.by)} ${slackTime(grant.hold.at)}`] : undefined,
        approvedBy ? ['Approved by', writing.naming(approvedBy)] : undefined,
        grant.decision ? ['Latest decision', decisionText(grant.decision, writing)] : undefined,
        grant.lastError
          ? ['Last error', `${code(grant.lastError.code)} ${words(grant.lastError.detail)}`]
          : undefined,
      ]),
      ...(reason ? [plainSection(`Why: ${reason}`, 1000)] : []),
      ...waitingBlocks(grant),
      ...snippetOf(grant, writing),
      smallPrint(`Grant ${idOf(grant, writing)}`, `changed ${slackTime(grant.updatedAt)}`),
    ],
  };
}

/** What waits for approval on an active grant. */
function waitingBlocks(grant: Grant): KnownBlock[] {
  const plan = grant.state === 'active' ? waitingPlanOf(grant) : undefined;
  return plan ? [section('*A change waits for approval*'), ...changeBlocks(plan)] : [];
}

/** How the latest request was decided, when, by whom and why. Trusted mrkdwn. */
function decisionText({ outcome, by, at, reason }: RequestDecision, { naming }: Writing): string {
  const who = by ? ` by ${naming(by)}` : '';
  return `${outcome}${who}, ${slackTime(at)}${reason ? `: ${words(reason)}` : ''}`;
}

/** Who can use a grant, and for what. */
export function explained(grant: Grant, writing: Writing): SlackContent {
  const { intent } = grant.request;
  const isLive = grant.state === 'active';
  const policy = documentsOf(grant)?.permissionsPolicy ?? waitingRequest(grant)?.proposal?.permissionsPolicy;
  const uuids = [intent.repository.uuid, ...(intent.environment ? [intent.environment.uuid] : [])].join(':');
  return {
    text: `Who can use ${grant.id}, and for what`,
    blocks: [
      section(
        `${templateOf(intent)} for ${code(placeOf(intent))} *${STATES[grant.state]}*, so it admits ${isLive ? 'tokens of its repository' : 'no token'}.`,
      ),
      section(
        `*Who*\n${admission(intent)}. AWS requires a step token of workspace ${code(intent.workspace.slug)} whose \`sub\` begins with ${code(uuids)}.`,
      ),
      ...(policy ? [section(`*What*\n${permissionList(permissionsIn(policy))}`)] : []),
      section(`*Until*\n${grant.expiresAt ? slackTime(grant.expiresAt) : 'it is revoked'}`),
      smallPrint(`Grant ${idOf(grant, writing)}`, 'To explain why a token is refused: `POST /v1/explain`'),
    ],
  };
}

/** Grants, newest change first. `isCut` when there are more. */
export function grantList(grants: readonly Grant[], isCut: boolean, writing: Writing): SlackContent {
  if (grants.length === 0 && !isCut) return message('There are no grants that you may read.');
  if (grants.length === 0) {
    return message(
      'The search was stopped before it found a grant that you may read. Name a repository to list its grants.',
    );
  }
  const items = grants.map((grant) => {
    const { intent } = grant.request;
    return {
      text: `• ${idOf(grant, writing)}  ${code(placeOf(intent))}  ${templateOf(intent)}  ${STATES[grant.state]}${grant.hold ? ', held' : ''}`,
    };
  });
  return {
    text: `${grants.length} grants`,
    blocks: [
      section(lines(items, (left) => `… and ${left} more`)),
      ...(isCut ? [smallPrint('There are more. Name a repository to list its grants.')] : []),
    ],
  };
}

/** How a revoke came out. */
export function revoked(grant: Grant, writing: Writing): SlackContent {
  const where = `${templateOf(grant.request.intent)} for ${code(placeOf(grant.request.intent))}`;
  const isOver = grant.state === 'revoked' || grant.state === 'rejected' || grant.state === 'failed';
  const text = isOver
    ? `✓ ${where} ${STATES[grant.state]}. IAM is eventually consistent: the change usually takes effect everywhere within seconds.`
    : `${where} is being revoked. ${code(`${COMMAND} show ${grant.id}`)} shows its progress.`;
  return {
    text: `${grant.request.intent.template.name} ${STATES[grant.state]}`,
    blocks: [section(text), { type: 'context', elements: [mrkdwn(`Grant ${idOf(grant, writing)}`, 2000)] }],
  };
}
