import { fillDefaults } from '../../../domain/templates/defaults.ts';
import { parseParameters } from '../../../domain/templates/parameters.ts';
import { renderPermissionsPolicy } from '../../../domain/templates/render.ts';
import type { Template } from '../../../domain/templates/template.ts';
import {
  conditionsHold,
  coversAction,
  coversResource,
  verdictOf,
} from '../../../sandbox/aws/policy/evaluation.ts';
import { parsePolicy } from '../../../sandbox/aws/policy/grammar.ts';
import { SAMPLE_ACCOUNT } from '../../../scripts/templates/sample.ts';
import { asEnvironmentUuid, asRepositoryUuid, asWorkspaceUuid } from '../identifiers.ts';

/** One request to AWS, as a policy is asked about it. */
export type Asked = { action: string; resource: string; context?: Record<string, string | string[]> };

const REPOSITORY = {
  uuid: asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
  slug: 'shop',
  fullName: 'acme/shop',
  workspace: { slug: 'acme', uuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}') },
};
const ENVIRONMENT = { uuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'), name: 'Production' };

/** Says of a grant's permissions policy whether it allows a request; the resource is taken to be the account's own. Throws
 *  where the parameters are none of the template's. */
export function permissionsOf(
  template: Template,
  given: Record<string, unknown>,
): (asked: Asked) => 'allow' | 'deny' {
  const context = { account: SAMPLE_ACCOUNT, repository: REPOSITORY, environment: ENVIRONMENT };
  const parsed = parseParameters(template, given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem));
  const filled = fillDefaults(template, parsed.value, context);
  if (!filled.ok) throw new Error(JSON.stringify(filled.problem));
  const rendered = renderPermissionsPolicy(template, { ...context, parameters: filled.value });
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.problem));
  const statements = parsePolicy(JSON.stringify(rendered.value), 'identity');
  return ({ action, resource, context: more = {} }) => {
    const entries = { 'aws:resourceaccount': SAMPLE_ACCOUNT.id, ...more };
    const keys = new Map(
      Object.entries(entries).map(([key, value]): [string, string[]] => [key.toLowerCase(), [value].flat()]),
    );
    const verdict = verdictOf(
      statements,
      (statement) =>
        coversAction(statement, action) &&
        coversResource(statement, resource, keys) &&
        conditionsHold(statement, keys),
    );
    return verdict === 'allow' ? 'allow' : 'deny';
  };
}
