import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTemplates } from '../../adapters/settings/files.ts';
import { replay } from '../../domain/grants/evolve/evolve.ts';
import { waitingStory } from '../../domain/messaging/waiting-story.ts';
import { waitingPlanOf } from '../../domain/planning/waiting-plan.ts';
import { parseCommand } from '../../handlers/slack/command.ts';
import {
  asked,
  commandHelp,
  explained,
  grantCard,
  grantList,
  help,
  refused,
  requested as requestedAnswer,
  revoked as revokedAnswer,
  templateDetail,
  templateList,
} from '../../handlers/slack/messages/answers.ts';
import { permissionList } from '../../handlers/slack/messages/permission-list.ts';
import { chooseView, rejectView, submitChoice } from '../../handlers/slack/messages/request-form.ts';
import { approvalCard } from '../../handlers/slack/notifications/approval-card.ts';
import { notificationCard } from '../../handlers/slack/notifications/notification-card.ts';
import { namingFor } from '../../handlers/slack/people.ts';
import { messageFault, viewFaults } from '../../sandbox/slack/block-kit.ts';
import { runs } from '../support/domain/arbitraries.ts';
import { chain, configurationContent, configurationOf, present } from '../support/domain/samples.ts';
import { activated, approved, created, rejected, revocation, started } from '../support/domain/stories.ts';
import { nasty, templateWith, waitingRequests } from '../support/slack/arbitraries.ts';

const configuration = configurationOf({
  ...configurationContent(),
  people: [{ id: 'ada@acme.example', slack: 'T0ACME/U0ADA' }],
  slack: {
    team: 'T0ACME',
    approversChannel: 'C0APPROVALS',
    grantLink: `https://rolewright.acme.example/${'x'.repeat(500)}/{id}`,
  },
});
const templates = readTemplates('.');
const writing = { configuration, templates, naming: namingFor(configuration, 'T0ACME') };
const { grantLink } = configuration.slack ?? {};
const permission = fc.record({
  action: fc.stringMatching(/^[a-z0-9]{2,12}:[A-Z][A-Za-z]{2,50}$/),
  resource: fc.stringMatching(/^arn:aws:[a-z0-9]{2,8}:::[a-z0-9/*-]{1,200}$/),
});
const isSound = (content: object) => expect(messageFault(content as never)).toBe(undefined);

/** Every mention, link or special that a message holds. */
const specialsIn = (content: object): string[] =>
  [...JSON.stringify(content).matchAll(/"type":"mrkdwn","text":"((?:[^"\\]|\\.)*)"/g)].flatMap(
    ([, text = '']) => [...text.matchAll(/<[^>]*>/g)].map(([special]) => special),
  );

describe('whatever the template and the names, Slack takes', () => {
  test('the approvers’ message, while it waits and when it is decided', () => {
    fc.assert(
      fc.property(waitingRequests, fc.constantFrom(undefined, approved, rejected), (request, decision) => {
        const events = chain([request, ...(decision ? [decision] : [])]);
        const story = present(waitingStory(events, 1));
        const card = approvalCard(story, writing.naming, grantLink);
        isSound(card);
        for (const special of specialsIn(card)) expect(special).toMatch(/^<(@U0ADA|!date\^)/);
      }),
      runs(150),
    );
  });

  test('the approvers’ message can be approved only where it shows all that would be gained', () => {
    const [event] = fc.sample(waitingRequests, { numRuns: 1, seed: 7 });
    const story = present(waitingStory(chain([present(event)]), 1));
    fc.assert(
      fc.property(fc.array(permission, { minLength: 1, maxLength: 150 }), (gained) => {
        const card = approvalCard(
          { ...story, plan: { ...story.plan, gained }, decision: undefined },
          writing.naming,
          grantLink,
        );
        isSound(card);
        const text = JSON.stringify(card);
        const isWhole = gained.every(
          ({ action, resource }) => text.includes(`\`${action}\``) && text.includes(`\`${resource}\``),
        );
        const canBeApproved = text.includes('"action_id":"approve"');
        expect(canBeApproved && !isWhole).toBe(false);
        expect(canBeApproved || text.includes('cannot be approved here')).toBe(true);
        if (gained.length <= 10) expect(canBeApproved).toBe(true);
      }),
      runs(100),
    );
  });

  test('the notification and every answer about a grant', () => {
    fc.assert(
      fc.property(waitingRequests, (request) => {
        const plain = {
          ...request,
          data: { ...request.data, approval: 'none', proposal: undefined },
        } as never;
        const live = JSON.parse(JSON.stringify([plain, started, created, activated, revocation]));
        for (const events of [chain([request]), chain(live.slice(0, 4)), chain(live)]) {
          const grant = present(replay(events));
          for (const to of ['team', 'requester'] as const) {
            const notification = notificationCard(events, { to, naming: writing.naming, grantLink });
            if (notification) isSound(notification);
          }
          for (const outcome of ['created', 'changed', 'accepted'] as const) {
            const plan = waitingPlanOf(grant);
            isSound(requestedAnswer({ outcome, grant, ...(plan ? { plan } : {}) }, writing));
          }
          for (const answer of [grantCard, explained, revokedAnswer]) isSound(answer(grant, writing));
          isSound(
            grantList(
              Array.from({ length: 100 }, () => grant),
              true,
              writing,
            ),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  test('what refuses, misunderstands and acknowledges', () => {
    fc.assert(
      fc.property(nasty(2000), fc.array(nasty(300), { maxLength: 60 }), (detail, texts) => {
        const errors = texts.map((text) => ({ pointer: `/${text}`, detail: text }));
        isSound(refused({ code: 'REQUEST_INVALID', detail, errors }));
        isSound(commandHelp({ errors: [detail, ...texts], understood: detail, example: detail }));
        const parameters = Object.fromEntries(texts.map((text, n) => [`p${n}`, text]));
        isSound(asked({ repository: 'acme/shop', template: 'site', parameters, environment: detail }));
        const command = parseCommand(detail, new Map());
        if (!('verb' in command)) isSound(commandHelp(command));
      }),
      runs(100),
    );
  });

  test('help, the templates and the forms, for one template or hundreds, with one parameter or eighty', () => {
    for (const count of [1, 40, 80]) {
      const template = templateWith(count);
      const templates = new Map([[template.name, template]]);
      isSound(help(templates));
      isSound(templateDetail(template, templates));
      const next = submitChoice({ repository: `acme/${'r'.repeat(62)}`, template: template.name }, templates);
      expect('view' in next ? viewFaults(next.view) : next).toEqual([]);
    }
    const many = new Map(
      Array.from({ length: 300 }, (_, n) => [`t${n}`, { ...templateWith(1), name: `t${n}`.padEnd(32, 'x') }]),
    );
    isSound(templateList(many));
    expect(viewFaults(chooseView(many))).toEqual([]);
    expect(viewFaults(rejectView({ grantId: 'g'.repeat(64), planHash: 'f'.repeat(64) }))).toEqual([]);
  });

  test('no form for a template with more parameters than a form holds: it says so', () => {
    const template = templateWith(81);
    const said = submitChoice(
      { repository: 'acme/shop', template: template.name },
      new Map([[template.name, template]]),
    );
    expect(said).toEqual({ errors: { template: expect.stringContaining('by command') } });
  });
});

describe('the list of permissions', () => {
  test('tells of each permission, or counts it among those that it leaves out', () => {
    fc.assert(
      fc.property(fc.array(permission, { minLength: 1, maxLength: 150 }), (permissions) => {
        const text = permissionList(permissions);
        expect(text.length).toBeLessThanOrEqual(3000);
        const left = Number(/… and (\d+) more$/.exec(text)?.[1] ?? 0);
        const shown = text.match(/`[a-z0-9]{2,12}:[A-Z]/g)?.length ?? 0;
        expect(shown + left).toBe(permissions.length);
      }),
    );
  });
});
