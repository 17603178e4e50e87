import type { FieldErrorAtPath } from './field-errors.ts';
import type { TemplateContent } from './schema.ts';

/** Actions with which a role lets another act for it, beyond what its own boundary binds. In lower case. Judged `borrow` in
 *  scripts/guardrails/judgements, which a test compares with this list; passing a role asks for less. */
export const BORROWS: ReadonlySet<string> = new Set([
  'cloudformation:cancelupdatestack',
  'cloudformation:continueupdaterollback',
  'cloudformation:createchangeset',
  'cloudformation:deletestack',
  'cloudformation:executechangeset',
  'cloudformation:rollbackstack',
  'lambda:invokeasync',
  'lambda:invokefunction',
  'lambda:invokefunctionurl',
  'states:startexecution',
  'sts:assumerole',
]);

/** What a template lacks that lets other roles act for it. Assuming a role, or changing a stack through one, amounts to
 *  whatever that role may do: somebody must have approved it, for one environment, knowing so. Passing a role to a service
 *  must say so, too. */
export function actsThroughErrors({
  statements,
  scope,
  approval,
  actsThrough,
  ownership,
}: TemplateContent): FieldErrorAtPath[] {
  const actions = statements.flatMap((statement) => statement.actions);
  const borrowing = actions.find((action) => BORROWS.has(action.toLowerCase()));
  const acting = borrowing ?? actions.find((action) => action.toLowerCase() === 'iam:passrole');
  const fieldError = (field: string, detail: string) => ({ path: [field], detail });
  return [
    ...(acting !== undefined && actsThrough === undefined
      ? [
          fieldError(
            'actsThrough',
            `${acting} lets others act for the role: describe what the grant amounts to`,
          ),
        ]
      : []),
    ...(actsThrough !== undefined && ownership !== 'named'
      ? [
          fieldError(
            'ownership',
            'what acts through others must be named by an ownership rule: must be named',
          ),
        ]
      : []),
    ...(borrowing !== undefined && scope !== 'environment'
      ? [fieldError('scope', `${borrowing} acts through another role: must be environment`)]
      : []),
    ...(borrowing !== undefined && approval !== 'required'
      ? [fieldError('approval', `${borrowing} acts through another role: must be required`)]
      : []),
  ];
}
