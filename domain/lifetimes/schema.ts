import * as z from 'zod';
import { NAME } from '../shared/identifiers.ts';
import { parseDuration, type Seconds, seconds } from '../shared/time.ts';

/** How long a grant lives, as text. */
export const durationSchema = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'must be days as PnD or hours as PTnH, up to P3650D')
  .meta({
    pattern: '^P(?:[1-9]\\d{0,3}D|T[1-9]\\d{0,4}H)$',
    description: 'How long the grant lives: days as PnD or hours as PTnH, up to P3650D',
  });

/** Which templates a requirement is for: every one, or those that are listed. */
const templateSelectionSchema = z.union(
  [z.literal('all'), z.array(z.string().regex(NAME, 'must be the name of a template')).min(1)],
  { error: 'must be all, or a list of names of templates' },
);

/** See `templateSelectionSchema`. */
type TemplateSelection = z.infer<typeof templateSelectionSchema>;

/** True where a requirement is for a template. */
export const selects = (selection: TemplateSelection | undefined, template: string): boolean =>
  selection === 'all' || selection?.includes(template) === true;

const limits = { default: durationSchema.optional(), max: durationSchema.optional() };

/** A default beyond the maximum would never be what a grant gets. */
function defaultWithinMax(
  { default: usual, max }: { default?: string | undefined; max?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (usual === undefined || max === undefined || inSeconds(usual) <= inSeconds(max)) return;
  context.addIssue({ code: 'custom', path: ['default'], message: `${usual} is longer than max, ${max}` });
}

/** `lifetime` of the configuration, and of a project's entry of `projects`. `default` is what a request without `expiresIn`
 *  gets, `max` the longest time since the last approval, `requiredFor` the templates whose grants must end. */
export const lifetimeSchema = z
  .strictObject({ ...limits, requiredFor: templateSelectionSchema.optional() })
  .superRefine(defaultWithinMax);

/** `lifetime` of a template. */
export const templateLifetimeSchema = z
  .strictObject({
    default: limits.default.describe('What a request without expiresIn gets, as PnD or PTnH'),
    max: limits.max.describe('The longest time since the last approval, over all renewals'),
    required: z.boolean().optional().describe('Each grant must end'),
  })
  .superRefine(defaultWithinMax);

/** `reason` of the configuration, and of a project's entry of `projects`: the templates whose requests must give one. */
export const reasonSchema = z.strictObject({ requiredFor: templateSelectionSchema });

/** See `lifetimeSchema`. */
export type LifetimeSettings = z.infer<typeof lifetimeSchema>;

/** See `templateLifetimeSchema`. */
export type TemplateLifetime = z.infer<typeof templateLifetimeSchema>;

/** See `reasonSchema`. */
export type ReasonSettings = z.infer<typeof reasonSchema>;

/** The seconds of a duration that `durationSchema` has accepted. */
export const inSeconds = (duration: string): Seconds => parseDuration(duration) ?? seconds(0);
