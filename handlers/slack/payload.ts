import * as z from 'zod';
import { problem } from '../../domain/shared/problem.ts';
import { ProblemError } from '../http/problem-details.ts';
import type { FormValues } from './messages/request-form.ts';

/** What Slack signed and yet is no request that this app knows: 400. */
export const notOurs = (what: string): ProblemError =>
  new ProblemError(
    problem('REQUEST_INVALID', 'The request does not have the form of a Slack request.', {
      errors: [{ pointer: '', detail: what }],
    }),
  );

const id = z.string().min(1).max(64);
const commandShape = z.object({
  team_id: id,
  user_id: id,
  text: z.string().max(8000).default(''),
  response_url: z.string().max(500).default(''),
  trigger_id: z.string().max(200).default(''),
});

/** The fields of a slash command. Throws `notOurs`. */
export function readCommand(form: URLSearchParams): z.infer<typeof commandShape> {
  const parsed = commandShape.safeParse(Object.fromEntries(form));
  if (parsed.success) return parsed.data;
  throw notOurs('is no slash command');
}

const userShape = z.object({ id, team_id: id.optional() });
const teamShape = z.object({ id });
const buttonShape = z.object({ action_id: z.string(), value: z.string().max(2000).optional() });
const interactionShape = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('block_actions'),
    team: teamShape,
    user: userShape,
    trigger_id: z.string().max(200),
    response_url: z.string().max(500).optional(),
    actions: z.array(buttonShape).min(1),
  }),
  z.object({
    type: z.literal('view_submission'),
    team: teamShape,
    user: userShape,
    view: z.object({
      id,
      callback_id: z.string(),
      private_metadata: z.string().max(3000).default(''),
      state: z.object({ values: z.record(z.string(), z.record(z.string(), z.unknown())) }),
    }),
  }),
]);

/** A pressed button, or a form that was sent. */
export type Interaction = z.infer<typeof interactionShape>;

/** The interaction of a payload; undefined for a kind that this app has not subscribed to. Throws `notOurs`. */
export function readInteraction(payload: string): Interaction | undefined {
  let content: unknown;
  try {
    content = JSON.parse(payload);
  } catch {
    throw notOurs('payload is not JSON');
  }
  const { type } = (content ?? {}) as { type?: unknown };
  if (typeof type !== 'string') throw notOurs('payload has no type');
  if (type !== 'block_actions' && type !== 'view_submission') return undefined;
  const parsed = interactionShape.safeParse(content);
  if (!parsed.success) throw notOurs('payload is not complete');
  return parsed.data;
}

const elementShape = z.union([
  z.object({ value: z.string().max(3000) }),
  z.object({ selected_option: z.object({ value: z.string().max(150) }) }),
]);

/** What was filled in: one text for each block; what was left empty is not there. */
export function valuesOf(blocks: Record<string, Record<string, unknown>>): FormValues {
  const values: [string, string][] = [];
  for (const [block, elements] of Object.entries(blocks)) {
    const parsed = elementShape.safeParse(elements.value);
    if (!parsed.success) continue;
    const value = 'value' in parsed.data ? parsed.data.value : parsed.data.selected_option.value;
    if (value.trim() !== '') values.push([block, value]);
  }
  return Object.fromEntries(values);
}
