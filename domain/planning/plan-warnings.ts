import type { GrantIntent } from '../grants/intent.ts';
import { type BoundaryRoles, deniedByBoundary } from '../policy/boundary-roles.ts';
import { isMistakable, visible, visibleName } from '../shared/text/visible-text.ts';
import type { RenderedRole } from './rendered-role.ts';
import { type Replacement, replacementText } from './replacement.ts';

/** The parts of a plan that warnings are computed from. */
export type WarnedPlan = {
  rendered: Pick<RenderedRole, 'intent' | 'role' | 'audited' | 'actsThrough'>;
  live: { intent: GrantIntent } | undefined;
  replaces: readonly Replacement[];
  boundaryRoles: BoundaryRoles | undefined;
};

/** What requesters and approvers should know of a plan, a sentence each: what it replaces, an environment whose name could be
 *  mistaken, the access that the role gains through services that act for it, the roles that the boundary does not let it
 *  pass or assume, and the guardrails that it breaks and that only report for now. */
export function planWarnings({ rendered, live, replaces, boundaryRoles }: WarnedPlan): string[] {
  const { intent, role, audited, actsThrough } = rendered;
  return [
    ...replacing(intent, replaces),
    ...newVersion(live?.intent, intent),
    ...mistakableEnvironment(intent),
    ...(actsThrough === undefined ? [] : [actsThrough]),
    ...deniedByBoundary(role.permissionsPolicy, boundaryRoles),
    ...audited.map(
      ({ rule, statement, detail }) => `Guardrail ${rule} (in audit mode), statement ${statement}: ${detail}`,
    ),
  ].map(visible);
}

function replacing({ template, name }: GrantIntent, replaces: readonly Replacement[]): string[] {
  if (replaces.length === 0) return [];
  const what = replaces.map(replacementText).join('; ');
  const grant = `the grant ${template.name}, named ${name}`;
  const another = 'makes a second grant beside this one.';
  return replaces.every(({ now }) => now === undefined)
    ? [`This adds parameters to ${grant}: ${what}. A request with another name ${another}`]
    : [
        `This replaces parameters of ${grant}: ${what}. What only the former values allowed is lost. To keep it, request with another name: that ${another}`,
      ];
}

function newVersion(now: GrantIntent | undefined, { template }: GrantIntent): string[] {
  if (now === undefined || now.template.version === template.version) return [];
  return [
    `Template ${template.name} is replaced by its current version: ${now.template.version} → ${template.version}.`,
  ];
}

function mistakableEnvironment({ environment }: GrantIntent): string[] {
  if (environment === undefined || !isMistakable(environment.name)) return [];
  return [
    `The name of the deployment environment ${visibleName(environment.name)} can be mistaken for another; its UUID is ${environment.uuid}.`,
  ];
}
