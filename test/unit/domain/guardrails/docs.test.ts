import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { guardrailRules } from '../../../../domain/guardrails/rules.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'guardrails.md'), 'utf8');

test('every guardrail has a row in its page, with the attack and whether it may be audited', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| .+ \| .+ \| (never|may) \|$/gm)];
  expect(rows.map(([, id, audit]) => [id, audit])).toEqual(
    guardrailRules.map(({ id, isFixed }) => [id, isFixed ? 'never' : 'may']),
  );
});
