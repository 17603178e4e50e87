import { actionsWithoutResource } from '../../domain/guardrails/actions-without-resource.ts';
import type { FieldErrorAtPath } from '../../domain/templates/field-errors.ts';
import { exampleParameters } from '../../domain/templates/parameters.ts';
import { fillPlaceholders, placeholdersOf } from '../../domain/templates/placeholder.ts';
import type { TemplateContent } from '../../domain/templates/schema.ts';
import { type ActionReference, actionReference, conditionKeyError, fitsArn } from './iam-reference.ts';
import { SAMPLE_ACCOUNT } from './sample.ts';

type Statement = TemplateContent['statements'][number];

/** Where the statements of a template differ from AWS's Service Authorization Reference: actions that do not exist or
 *  manage permissions, resources that an action does not support, condition operators and keys. */
export async function referenceErrors(template: TemplateContent): Promise<FieldErrorAtPath[]> {
  const errors: FieldErrorAtPath[] = [];
  for (const [n, statement] of template.statements.entries()) {
    const { known, actionErrors } = await readActions(statement);
    const own = [
      ...actionErrors,
      ...resourceErrors(template, statement, known),
      ...(await conditionErrors(statement, known)),
    ];
    errors.push(...own.map(({ path, detail }) => ({ path: ['statements', n, ...path], detail })));
  }
  return errors;
}

/** The reference of each action of a statement. Paths of errors begin in the statement. */
async function readActions({
  actions,
}: Statement): Promise<{ known: Map<string, ActionReference>; actionErrors: FieldErrorAtPath[] }> {
  const known = new Map<string, ActionReference>();
  const actionErrors: FieldErrorAtPath[] = [];
  for (const [index, action] of actions.entries()) {
    const reference = await actionReference(action);
    if (reference) known.set(action, reference);
    const detail = actionError(action, reference);
    if (detail) actionErrors.push({ path: ['actions', index], detail });
  }
  return { known, actionErrors };
}

function actionError(action: string, reference: ActionReference | undefined): string | undefined {
  if (!reference) return `there is no action ${action}: see AWS's Service Authorization Reference`;
  return /permissions management/i.test(reference.level)
    ? `${action} manages permissions: leave it to the administrators of the account`
    : undefined;
}

function resourceErrors(
  template: TemplateContent,
  { actions, resources }: Statement,
  known: ReadonlyMap<string, ActionReference>,
): FieldErrorAtPath[] {
  return [...known].flatMap(([action, { arns }]) =>
    resources.flatMap((resource) => {
      const detail = pairError(action, arns, sampled(template, resource));
      return detail ? [{ path: ['actions', actions.indexOf(action)], detail }] : [];
    }),
  );
}

async function conditionErrors(
  { conditions }: Statement,
  known: ReadonlyMap<string, ActionReference>,
): Promise<FieldErrorAtPath[]> {
  const errors: FieldErrorAtPath[] = [];
  for (const [operator, block] of Object.entries(conditions ?? {})) {
    const at = ['conditions', operator];
    if (!OPERATOR.test(operator))
      errors.push({ path: at, detail: `there is no condition operator ${operator}` });
    for (const key of Object.keys(block)) {
      const detail = await conditionKeyError(key, known);
      if (detail) errors.push({ path: [...at, key], detail });
    }
  }
  return errors;
}

/** Source: IAM User Guide, IAM JSON policy elements: Condition operators. */
const OPERATOR =
  /^(?:ForAllValues:|ForAnyValue:)?(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Numeric(?:Not)?Equals|Numeric(?:Less|Greater)Than(?:Equals)?|Date(?:Not)?Equals|Date(?:Less|Greater)Than(?:Equals)?|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?$|^Null$/;

function pairError(action: string, arns: readonly string[], resource: string): string | undefined {
  if (arns.length === 0) {
    if (resource !== '*') return `${action} supports no resources: give it * in a statement of its own`;
    return actionsWithoutResource.has(action.toLowerCase())
      ? undefined
      : `${action} supports no resources: add it to domain/guardrails/actions-without-resource.ts`;
  }
  if (resource === '*') return `${action} supports resources: name one, as ${arns.join(' or ')}`;
  return arns.some((arn) => fitsArn(resource, arn))
    ? undefined
    : `${action} does not fit ${resource}: it acts on ${arns.join(' or ')}`;
}

/** A resource's text with its example values. */
function sampled(template: TemplateContent, text: string): string {
  const parameters = exampleParameters(template);
  const values = new Map<string, string>();
  for (const name of placeholdersOf(text)) {
    const builtIns: Record<string, string> = {
      'aws.partition': SAMPLE_ACCOUNT.partition,
      'aws.region': SAMPLE_ACCOUNT.region,
      'aws.accountId': SAMPLE_ACCOUNT.id,
    };
    values.set(name, builtIns[name] ?? [parameters[name] ?? 'x'].flat()[0] ?? 'x');
  }
  return fillPlaceholders(text, values).join();
}
