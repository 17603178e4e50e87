import { announcedWrites } from './1-announced-writes.ts';
import { roleShape } from './2-role-shape.ts';
import { admission } from './3-admission.ts';
import { foreignUntouched } from './4-foreign-untouched.ts';
import { nothingAfterRevoke } from './5-nothing-after-revoke.ts';
import { nobodyApprovesThemselves } from './7-refused-callers.ts';
import { agreement } from './8-agreement.ts';
import { chain } from './9-chain.ts';
import { oneStory } from './10-one-story.ts';
import type { Evidence, Invariant } from './evidence.ts';

/** The invariants that hold for every story of a grant, once it is quiet, under the titles of their tests. */
export const invariants: Record<string, Invariant> = {
  'invariant 1: no IAM write without an earlier event that announced it': announcedWrites,
  'invariant 2: no role outside the path, without the boundary, without the tags': roleShape,
  "invariant 3: a trust policy admits the grant's own token and no other": admission,
  'invariant 4: nothing that the grant did not create is changed or deleted': foreignUntouched,
  'invariant 5: after a revoke nothing admits a token or lets a session act': nothingAfterRevoke,
  'invariant 7: nobody approves their own request, and nothing is made unapproved': nobodyApprovesThemselves,
  'invariant 8: log, read model and IAM agree, and a second pass changes nothing': agreement,
  'invariant 9: the chain verifies, and a forged one does not': chain,
  'invariant 10: one effect and one story': oneStory,
};

/** A broken invariant. */
export type PolicyViolation = { title: string; fault: string };

/** Everything that the evidence breaks, by the invariant's title. */
export const violationsOf = (evidence: Evidence, all = invariants): PolicyViolation[] =>
  Object.entries(all).flatMap(([title, holds]) => holds(evidence).map((fault) => ({ title, fault })));
