import type { AccountId, GrantId } from '../../shared/identifiers.ts';
import type { Parameters } from '../parameters.ts';
import type { TemplateContent } from '../schema.ts';

/** What a template says of a step that uses its role. */
export type StepTemplate = Pick<TemplateContent, 'image' | 'services' | 'setup' | 'usage' | 'pipes'>;

/** An active grant as a step needs it. `template.step` is undefined if this bundle no longer has the template. */
export type StepGrant = {
  id: GrantId;
  /** The grant's own name, `default` for most. */
  name: string;
  template: { name: string; step?: StepTemplate | undefined };
  parameters: Parameters;
  environment?: { name: string } | undefined;
  account: { alias: string; id: AccountId; partition: string; region: string };
  role: { arn: string; name: string };
};

/** The name of a grant's profile in the AWS configuration of a step: no two grants of one repository and environment have
 *  the same. Template, name and alias hold no dot. */
export const profileOf = ({ template, name, account }: StepGrant): string =>
  [
    template.name,
    ...(name === 'default' ? [] : [name]),
    ...(account.alias === 'default' ? [] : [account.alias]),
  ].join('.');
