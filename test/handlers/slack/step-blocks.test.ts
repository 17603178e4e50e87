import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTemplates } from '../../../adapters/settings/files.ts';
import { replay } from '../../../domain/grants/evolve/evolve.ts';

import type { GrantIntent } from '../../../domain/grants/intent.ts';
import { pipelineSnippets } from '../../../handlers/http/resources/pipeline-snippet.ts';
import { grantCard } from '../../../handlers/slack/messages/answers.ts';
import { namingFor } from '../../../handlers/slack/people.ts';
import { messageFault } from '../../../sandbox/slack/block-kit.ts';
import { runs } from '../../support/domain/arbitraries.ts';
import {
  chain,
  configurationContent,
  configurationOf,
  present,
  production,
} from '../../support/domain/samples.ts';
import { activated, created, requested, started } from '../../support/domain/stories.ts';

const configuration = configurationOf(configurationContent());
const writing = {
  configuration,
  templates: readTemplates(process.cwd()),
  naming: namingFor(configuration, 'T0ACME'),
};
const active = (over: Partial<GrantIntent>) =>
  present(replay(chain([requested('none', over), started, created, activated])));

/** The code blocks of a message, as they are copied out of Slack. */
const codeIn = (content: ReturnType<typeof grantCard>): string[] =>
  [...JSON.stringify(content).matchAll(/"text":"```((?:[^"\\]|\\.)*)```"/g)].map(([, text = '']) =>
    `${JSON.parse(`"${text}"`)}\n`.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  );

describe('the steps of a grant in Slack', () => {
  test('are those of the API, in both forms', () => {
    const grant = active({ environment: production });
    const { pipelineSnippet, pipeSnippet } = pipelineSnippets(grant, writing);
    expect([pipelineSnippet, pipeSnippet]).toEqual([expect.any(String), expect.any(String)]);
    expect(codeIn(grantCard(grant, writing))).toEqual([pipelineSnippet, pipeSnippet]);
  });

  test('are shown whole or left to the API, never cut, whatever the environment is called', () => {
    const names = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
      fc.stringMatching(/^[`<>&*_~ ]{1,255}$/),
      fc.constantFrom('x'.repeat(1500), '&'.repeat(400), '```'),
    );
    const seen = { whole: 0, left: 0 };
    fc.assert(
      fc.property(names, (name) => {
        const grant = active({ environment: { ...production, name } });
        const card = grantCard(grant, writing);
        expect(messageFault(card as never)).toBe(undefined);
        const { pipelineSnippet = '', pipeSnippet = '' } = pipelineSnippets(grant, writing);
        const shown = codeIn(card);
        for (const text of shown) expect([pipelineSnippet, pipeSnippet]).toContain(text);
        const text = JSON.stringify(card);
        const left = text.split('is too long for Slack').length - 1;
        expect(shown.length + left).toBe(2);
        if (left > 0) expect(text).toContain(`GET /v1/grants/${grant.id}`);
        seen[left > 0 ? 'left' : 'whole'] += 1;
      }),
      runs(150),
    );
    expect(Math.min(seen.whole, seen.left)).toBeGreaterThan(5);
  });
});
