import { beforeEach, describe, expect, test } from '@jest/globals';
import { liveStateOf } from '../../../../../domain/planning/plan.ts';
import { impactOn, templateImpact } from '../../../../../domain/use-cases/reading/template-impact.ts';
import { grantResource } from '../../../../../handlers/http/resources/grant-resource.ts';
import { impactText, liveStateFrom } from '../../../../../scripts/templates/impact.ts';
import { platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { codeOf, GRANT_ID, present, successOf } from '../../../../support/domain/samples.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
});

const stranger = { principal: { kind: 'person' as const, id: 'mallory@acme.example' }, groups: [] };
const impacts = async (caller = platform) =>
  successOf(
    await templateImpact({ ...world.requestPorts, reportDenied: () => {} }, caller, {
      name: 's3-static-site',
      limit: 25,
    }),
  ).impacts.map(({ grant, impact }) => [grant.id, impact]);
const readMore = () =>
  world.redeploy((content) => {
    present(content.statements[0]).actions = ['s3:PutObject', 's3:GetObject'];
  });

describe('the impact of a template', () => {
  test('is nothing while the template is what the grants have', async () => {
    expect(await impacts()).toEqual([]);
  });

  test('is what each grant would gain and lose', async () => {
    readMore();
    const [[id, impact] = []] = await impacts();
    expect([id, impact]).toEqual([
      GRANT_ID,
      {
        version: { from: expect.any(String), to: present(world.templates.get('s3-static-site')).version },
        change: {
          risk: 'wider',
          gained: [{ action: 's3:GetObject', resource: 'arn:aws:s3:::shop-site/*' }],
          lost: [{ action: 's3:DeleteObject', resource: 'arn:aws:s3:::shop-site/*' }],
          requiresApproval: false,
        },
      },
    ]);
  });

  test('is the problem of a grant that the template no longer fits', async () => {
    world.redeploy((content) => {
      content.parameters = { site: { type: 's3BucketName', description: 'Renamed' } };
      content.statements = [{ sid: 'A', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::{{site}}/*'] }];
    });
    expect(await impacts()).toMatchObject([[GRANT_ID, { problem: { code: 'PARAMETERS_INVALID' } }]]);
  });

  test('shows nobody a grant that they may not read', async () => {
    readMore();
    expect(await impacts(stranger)).toEqual([]);
  });

  test('of no template is not found', async () => {
    const page = { name: 'constructor', limit: 25 };
    expect(codeOf(await templateImpact(world.requestPorts, platform, page))).toBe('TEMPLATE_NOT_FOUND');
  });

  test('is the same from what the API shows of a grant, and readable', async () => {
    readMore();
    const template = present(world.templates.get('s3-static-site'));
    const grant = await world.grantNow();
    const shown = JSON.parse(JSON.stringify(grantResource(grant, world)));
    const impact = present(impactOn(liveStateFrom(shown), template, world.configuration));
    expect(impact).toEqual(impactOn(present(liveStateOf(grant)), template, world.configuration));
    expect(impactText(shown, impact).split('\n')).toEqual([
      `${GRANT_ID}  acme/shop  ${impact.version.from} → ${impact.version.to}  wider`,
      '  + s3:GetObject  arn:aws:s3:::shop-site/*',
      '  - s3:DeleteObject  arn:aws:s3:::shop-site/*',
    ]);
  });
});
