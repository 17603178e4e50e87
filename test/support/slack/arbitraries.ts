import fc from 'fast-check';
import type { NewEvent } from '../../../domain/grants/event.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import { parseTemplate, type Template } from '../../../domain/templates/template.ts';
import { intent, production } from '../domain/samples.ts';
import { proposal, requested } from '../domain/stories.ts';

/** Text as nasty as people can make it: what mrkdwn, HTML and JSON give a meaning to, and the longest that fits. */
export const nasty = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({
      unit: fc.constantFrom('<', '>', '&', '`', '*', '_', '~', '|', '!', '@', ' ', '\n', 'a', '😀'),
      minLength: 1,
      maxLength,
    }),
    fc.string({ unit: 'binary', minLength: 1, maxLength }).filter((text) => text.isWellFormed()),
    fc.constant('&'.repeat(maxLength)),
    fc.constant('<!channel> '.repeat(Math.ceil(maxLength / 11)).slice(0, maxLength)),
  );

const statements = fc.array(
  fc.record({
    Sid: fc.constant('S'),
    Effect: fc.constant('Allow'),
    Action: fc.array(fc.stringMatching(/^[a-z0-9-]{2,20}:[A-Za-z]{1,60}$/), { minLength: 1, maxLength: 120 }),
    Resource: fc.array(nasty(600), { minLength: 1, maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 10 },
);

/** A request that waits, with names as long as Bitbucket and Rolewright admit and policies far beyond IAM's limit. */
export const waitingRequests: fc.Arbitrary<NewEvent> = fc
  .record({
    environment: fc.option(nasty(255), { nil: undefined }),
    slug: fc.stringMatching(/^[a-z0-9._-]{1,62}$/),
    reason: fc.option(nasty(500), { nil: undefined }),
    parameters: fc.dictionary(
      fc.stringMatching(/^[a-z][A-Za-z0-9]{0,31}$/),
      fc.oneof(nasty(256), fc.array(nasty(256), { minLength: 1, maxLength: 50 })),
      { maxKeys: 60 },
    ),
    reasons: fc.array(nasty(500), { maxLength: 40 }),
    policy: statements,
  })
  .map(({ environment, slug, reason, parameters, reasons, policy }) => {
    const over: Partial<GrantIntent> = {
      repository: { uuid: intent().repository.uuid, fullName: `acme/${slug}` },
      parameters,
      ...(environment === undefined ? {} : { environment: { uuid: production.uuid, name: environment } }),
    };
    const event = requested('required', over);
    return {
      ...event,
      data: {
        ...event.data,
        ...(reason === undefined ? {} : { reason }),
        proposal: {
          ...proposal,
          approvalReasons: reasons,
          permissionsPolicy: { Version: '2012-10-17', Statement: policy },
        },
      },
    } as NewEvent;
  });

/** A template with this many parameters, each with the longest description. */
export function templateWith(
  parameters: number,
  name = 'a-template-with-the-longest-name1'.slice(0, 32),
): Template {
  const names = Array.from({ length: parameters }, (_, n) => `parameter${'x'.repeat(20)}${n}`.slice(0, 32));
  const parsed = parseTemplate(`${name}.yaml`, {
    name,
    description: 'd'.repeat(200),
    parameters: Object.fromEntries(
      names.map((parameter) => [parameter, { type: 's3BucketName', description: '&'.repeat(200) }]),
    ),
    statements: names.map((parameter, n) => ({
      sid: `S${n}`,
      actions: ['s3:PutObject'],
      resources: [`arn:aws:s3:::{{${parameter}}}/*`],
    })),
  });
  if (!parsed.ok) throw new Error(parsed.problem.join('; '));
  return parsed.value;
}
