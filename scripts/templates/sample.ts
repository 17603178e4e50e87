import type { PermissionsPolicy } from '../../domain/policy/document.ts';
import type { Account } from '../../domain/shared/account.ts';
import {
  accountIdSchema,
  environmentUuidSchema,
  projectUuidSchema,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../../domain/shared/identifiers.ts';
import { parameterTypes } from '../../domain/templates/parameters/parameter-types.ts';
import { exampleParameters, type Parameters } from '../../domain/templates/parameters.ts';
import { isSegments } from '../../domain/templates/placeholder.ts';
import { type RenderingContext, renderPermissionsPolicy } from '../../domain/templates/render.ts';
import type { Template } from '../../domain/templates/template.ts';

/** A repository and an environment for renderings; no template depends on them. UUIDs of the sandbox. */
const SUBJECT = {
  repository: {
    uuid: repositoryUuidSchema.parse('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
    slug: 'shop',
    fullName: 'acme/shop',
    workspace: { slug: 'acme', uuid: workspaceUuidSchema.parse('{922e118c-f34f-4226-a897-0e0afbec553d}') },
    project: { key: 'SHOP', uuid: projectUuidSchema.parse('{6f578c1d-54b2-42bc-bfcb-8384e0619a40}') },
  },
  environment: {
    uuid: environmentUuidSchema.parse('{bd715740-c970-486b-b68a-b421ec2a1f8b}'),
    name: 'Production',
  },
};

/** The account of the documentation's examples. */
export const SAMPLE_ACCOUNT: Account = {
  alias: 'default',
  id: accountIdSchema.parse('111122223333'),
  partition: 'aws',
  region: 'eu-central-1',
  stage: 'prod',
  rolePath: '/rolewright/',
  boundaryPolicy: 'rolewright-boundary',
};

const contextOf = (parameters: Parameters): RenderingContext => ({
  account: SAMPLE_ACCOUNT,
  ...SUBJECT,
  parameters,
});

/** The policy of a template, rendered with its example parameters. */
export function samplePolicy(
  template: Template,
  parameters = exampleParameters(template),
): PermissionsPolicy {
  const rendered = renderPermissionsPolicy(template, contextOf(parameters));
  if (!rendered.ok) throw new Error(`${template.name}: ${rendered.problem.detail}`);
  return rendered.value;
}

/** The largest policy that a template can render: every optional statement, every list full, every value of the
 *  greatest length of its type. The values themselves are arbitrary; built-in values have their greatest length. */
export function largestPolicy(template: Template): PermissionsPolicy {
  const parameters = Object.fromEntries(
    Object.entries(template.parameters).map(([name, { type, list, allowed }]) => {
      const longest = allowed
        ? Math.max(...allowed.map(({ length }) => length))
        : parameterTypes[type].longest;
      const values = Array.from({ length: list?.max ?? 1 }, (_, index) => ofLength(longest, index));
      return [name, list ? values : (values[0] ?? '')];
    }),
  );
  const longNames = {
    account: { ...SAMPLE_ACCOUNT, partition: 'aws-us-gov' as const, region: 'ap-southeast-1' },
    repository: {
      ...SUBJECT.repository,
      slug: 'x'.repeat(62),
      project: { key: 'X'.repeat(40), uuid: SUBJECT.repository.project.uuid },
    },
    environment: { ...SUBJECT.environment, name: 'x'.repeat(255) },
  };
  const rendered = renderPermissionsPolicy(template, { ...longNames, parameters });
  if (!rendered.ok) throw new Error(`${template.name}: ${rendered.problem.detail}`);
  return rendered.value;
}

/** A text of segments with exactly that length; different indexes give different texts. */
function ofLength(length: number, index: number): string {
  const text = `${'x'.repeat(200)}/`.repeat(Math.ceil(length / 201)).slice(0, length - 2);
  const value = `${text}${String(index).padStart(2, '0')}`;
  if (!isSegments(value)) throw new Error(`no sample of ${length} characters`);
  return value;
}
