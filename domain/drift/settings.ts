import * as z from 'zod';
import { projectSchema } from '../bitbucket/settings.ts';
import { driftKinds } from '../grants/drift-kinds.ts';
import { NAME } from '../shared/identifiers.ts';

/** One entry of `drift`: what is done, instead of a repair, about these kinds of differences of these grants. Without `kinds`,
 *  `template` or `project` the rule is about all of them. There is no `repair`: a rule makes the default stricter only. */
const driftRuleSchema = z.strictObject({
  action: z.enum(['report', 'freeze']),
  kinds: z.array(z.enum(driftKinds)).min(1).optional(),
  template: z.string().regex(NAME, 'must be the name of a template').optional(),
  project: projectSchema.optional(),
});

/** See `driftRuleSchema`. */
export type DriftRule = z.infer<typeof driftRuleSchema>;

/** The setting `drift`. */
export const driftRulesSchema = z.array(driftRuleSchema);
