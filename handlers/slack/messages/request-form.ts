import type { KnownBlock, ModalView } from '@slack/types';
import * as z from 'zod';
import { parseRepositoryName } from '../../../domain/bitbucket/repository.ts';
import { parseGrantRequest } from '../../../domain/grants/request.ts';
import type { SlackRequest } from '../../../domain/messaging/worker-message.ts';
import type { FieldError } from '../../../domain/shared/problem.ts';
import { parameterTypes } from '../../../domain/templates/parameters/parameter-types.ts';
import { parseParameters } from '../../../domain/templates/parameters.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { durationOf } from '../command.ts';
import { input, LIMITS, plain, section, smallPrint, words } from './blocks.ts';

type Templates = ReadonlyMap<string, Template>;

/** The values of a submitted modal by block id; what was left empty is not there. */
export type FormValues = Record<string, string>;

/** What a submission is answered with: the next modal, or errors at the fields by block id. */
export type SubmissionAnswer = { view: ModalView } | { errors: Record<string, string> };

/** Callback ids of the two steps of the form. */
export const CHOOSE = 'request-choose';
export const DETAIL = 'request-detail';

/** Parameters that a form can hold; a template with more is asked for by command. Slack allows 100 blocks. */
const MOST_PARAMETERS = 80;

const title = plain('Request an AWS role', LIMITS.viewTitle);

/** The first step: which repository, which template. Slack shows at most 100 templates. */
export function chooseView(templates: Templates): ModalView {
  const sorted = [...templates.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    type: 'modal',
    callback_id: CHOOSE,
    title,
    submit: plain('Next', LIMITS.viewTitle),
    close: plain('Cancel', LIMITS.viewTitle),
    blocks: [
      input('repository', 'Repository', { example: 'acme/shop', hint: 'workspace/repository in Bitbucket' }),
      {
        type: 'input',
        block_id: 'template',
        label: plain('Template', 150),
        element: {
          type: 'static_select',
          action_id: 'value',
          placeholder: plain('What the role is for', 150),
          options: sorted.slice(0, LIMITS.options).map(({ name, description }) => ({
            text: plain(name, LIMITS.option),
            description: plain(description, LIMITS.option),
            value: name,
          })),
        },
      },
      ...(sorted.length > LIMITS.options
        ? [smallPrint(`${sorted.length - LIMITS.options} more templates can be requested by command.`)]
        : []),
    ],
  };
}

/** The second step: the template's parameters, and the rest of a request. */
function detailView(repository: string, template: Template): ModalView {
  return {
    type: 'modal',
    callback_id: DETAIL,
    private_metadata: JSON.stringify({ repository, template: template.name }),
    title,
    submit: plain('Request', LIMITS.viewTitle),
    close: plain('Cancel', LIMITS.viewTitle),
    blocks: [
      section(`*${template.name}* for *${words(repository)}*\n${words(template.description)}`),
      ...Object.entries(template.parameters).map(([name, { type, description, optional, list }]) => {
        const { rule, example } = parameterTypes[type];
        const many = list ? ` Up to ${list.max}, separated by commas.` : '';
        return input(`parameter.${name}`, name, {
          hint: `${description}: ${rule}.${many}`,
          example,
          optional,
        });
      }),
      input('environment', 'Deployment environment', {
        optional: template.scope !== 'environment',
        example: 'Production',
        hint:
          template.scope === 'environment'
            ? 'Its name, case-sensitive'
            : 'Its name, case-sensitive. Empty: every step of the repository, on any branch',
      }),
      input('expiresIn', 'Expires after', {
        optional: true,
        example: '30d',
        hint: '30d, 12h or 2w. Empty: never',
      }),
      input('reason', 'Reason', { optional: true, multiline: true }),
    ],
  };
}

const metadataShape = z.strictObject({ repository: z.string(), template: z.string() });

/** Answers the first step. */
export function submitChoice(values: FormValues, templates: Templates): SubmissionAnswer {
  const { repository = '', template: name = '' } = values;
  const template = templates.get(name);
  const errors: Record<string, string> = {};
  if (!parseRepositoryName(repository.trim()))
    errors.repository = 'Write workspace/repository, such as acme/shop.';
  if (!template) errors.template = 'This template no longer exists.';
  else if (Object.keys(template.parameters).length > MOST_PARAMETERS)
    errors.template = 'This template has too many parameters for a form. Request it by command.';
  if (!template || Object.keys(errors).length > 0) return { errors };
  return { view: detailView(repository.trim(), template) };
}

/** Answers the second step: the request, or errors at the very fields. */
export function submitDetail(
  metadata: string,
  values: FormValues,
  templates: Templates,
): SubmissionAnswer | { request: SlackRequest } {
  const { repository, template: name } = metadataOf(metadata);
  const template = templates.get(name);
  if (!template) return { errors: { reason: `Template ${name} is no longer offered.` } };
  const parameters = parametersIn(values, template);
  const { environment, reason } = values;
  const expiresIn = values.expiresIn === undefined ? undefined : durationOf(values.expiresIn.trim());
  const errors: Record<string, string> = {};
  if (values.expiresIn !== undefined && expiresIn === undefined)
    errors.expiresIn = 'Write days as 30d, hours as 12h or weeks as 2w.';
  const request: SlackRequest = {
    repository,
    template: name,
    parameters,
    ...(environment === undefined ? {} : { environment }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
    ...(reason === undefined ? {} : { reason: reason.trim() }),
  };
  const checked = [parseParameters(template, parameters), parseGrantRequest(request)];
  for (const result of checked) {
    if (!result.ok) Object.assign(errors, atFields(result.problem.errors ?? [], template));
  }
  return Object.keys(errors).length > 0 ? { errors } : { request };
}

/** What was filled in for the template's parameters; a list is separated by commas. */
function parametersIn(values: FormValues, template: Template): Record<string, string | string[]> {
  const filled = Object.entries(template.parameters).flatMap(([name, { list }]) => {
    const value = values[`parameter.${name}`]?.trim();
    if (value === undefined || value === '') return [];
    return [[name, list ? value.split(',').map((item) => item.trim()) : value] as const];
  });
  return Object.fromEntries(filled);
}

const metadataOf = (text: string): z.infer<typeof metadataShape> => {
  try {
    return metadataShape.parse(JSON.parse(text));
  } catch {
    return { repository: '', template: '' };
  }
};

/** Errors by block id. An error that belongs to no field is shown at the last one. */
function atFields(errors: FieldError[], template: Template): Record<string, string> {
  const fields = ['environment', 'expiresIn', 'reason'];
  return Object.fromEntries(
    errors.map(({ pointer, detail }) => {
      const [first = '', second = ''] = pointer.split('/').slice(1);
      if (first === 'parameters' && Object.hasOwn(template.parameters, second))
        return [`parameter.${second}`, detail];
      return fields.includes(first) ? [first, detail] : ['reason', `${first} ${detail}`];
    }),
  );
}

/** A modal that only says something: while the request is on its way, and how it came out. */
export const messageView = (blocks: KnownBlock[]): ModalView => ({
  type: 'modal',
  callback_id: 'said',
  title,
  close: plain('Close', LIMITS.viewTitle),
  blocks,
});

const rejectMetadata = z.strictObject({ grantId: z.string().max(64), planHash: z.string().max(64) });

/** Callback id of the modal that asks why a request is rejected. */
export const REJECT = 'reject-reason';

/** Asks for the reason of a rejection. */
export const rejectView = (button: z.infer<typeof rejectMetadata>): ModalView => ({
  type: 'modal',
  callback_id: REJECT,
  private_metadata: JSON.stringify(button),
  title: plain('Reject a request', LIMITS.viewTitle),
  submit: plain('Reject', LIMITS.viewTitle),
  close: plain('Cancel', LIMITS.viewTitle),
  blocks: [
    input('reason', 'Why?', {
      multiline: true,
      hint: 'The requester is shown the reason. At most 500 characters.',
    }),
  ],
});

/** What the modal of a rejection is about; undefined for metadata that is not ours. */
export function rejectionOf(metadata: string): z.infer<typeof rejectMetadata> | undefined {
  try {
    return rejectMetadata.parse(JSON.parse(metadata));
  } catch {
    return undefined;
  }
}
