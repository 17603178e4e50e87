import type { FieldErrorAtPath } from './field-errors.ts';
import type { TemplateContent } from './schema.ts';

/** Actions by which another role acts for this one, beyond the limits of this one's boundary. In lower case. Judged
 *  `borrow` in scripts/guardrails/judgements, which a test compares with this list; passing a role needs less. */
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

/** What a template that lets other roles act for it lacks. A grant that assumes a role, or changes a stack through
 *  one, can do whatever that role may do. So it needs `actsThrough`, `scope: environment` and `approval: required`.
 *  Passing a role to a service needs `actsThrough`. Every template with `actsThrough` needs `ownership: named`. */
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
