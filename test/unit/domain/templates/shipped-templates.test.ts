import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readTemplates } from '../../../../adapters/settings/files.ts';
import { violationsOf } from '../../../../domain/guardrails/guardrails.ts';
import { parameterError } from '../../../../domain/templates/parameters/parameter-types.ts';
import { exampleParameters, parseParameters } from '../../../../domain/templates/parameters.ts';
import { renderPermissionsPolicy } from '../../../../domain/templates/render.ts';
import type { Template } from '../../../../domain/templates/template.ts';
import { configurationOf, present, production, shop, successOf } from '../../../support/domain/samples.ts';
import { shippedTemplates } from '../../../support/domain/shipped-templates.ts';

const templates = [...readTemplates(join(import.meta.dirname, '..', '..', '..', '..')).values()];
const account = present(configurationOf().accounts[0]);

const violations = (template: Template, parameters: Record<string, unknown>) => {
  const parsed = successOf(parseParameters(template, parameters));
  const context = { account, repository: shop, environment: production, parameters: parsed };
  const policy = successOf(renderPermissionsPolicy(template, context));
  return violationsOf(policy, { accountId: account.id, deny: [], service: undefined }).map(
    ({ rule }) => rule,
  );
};

describe.each(templates.map((template) => [template.name, template] as const))('%s', (_, template) => {
  const example = exampleParameters(template);

  test('passes every guardrail with its example', () => {
    expect(violations(template, example)).toEqual([]);
  });

  test.each(Object.keys(template.parameters))('reaches nothing of Rolewright through %s', (name) => {
    const { type, list } = present(template.parameters[name]);
    for (const own of ['rolewright-prod-events', 'rolewright/prod/bitbucket/acme', 'rolewright']) {
      if (parameterError(type, own)) continue;
      const found = violations(template, { ...example, [name]: list ? [own] : own });
      // A source of events is no resource: it stands in a condition.
      if (type !== 'eventSource')
        expect([own, found]).toEqual([own, expect.arrayContaining(['nothing-of-rolewright'])]);
    }
  });

  test('lets nothing act for it without an environment and an approval, unless it only passes owned task roles', () => {
    const actions = template.statements.flatMap((statement) => statement.actions);
    const borrows = actions.includes('sts:AssumeRole') || actions.includes('cloudformation:CreateChangeSet');
    if (borrows) expect([template.scope, template.approval]).toEqual(['environment', 'required']);
    if (borrows || actions.includes('iam:PassRole')) expect(template.actsThrough).toEqual(expect.any(String));
    if (template.approval === 'required') expect(template.requestableBy).not.toContain('pipeline');
  });
});

test('the templates are those that the docs promise', () => {
  expect(templates.map(({ name }) => name).sort()).toEqual(shippedTemplates);
});
