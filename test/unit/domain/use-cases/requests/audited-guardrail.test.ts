import { describe, expect, test } from '@jest/globals';
import { requestGrant } from '../../../../../domain/use-cases/requests/request-grant.ts';
import { grantRequest, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import {
  configurationContent,
  configurationOf,
  templateContent,
  templateOf,
} from '../../../../support/domain/samples.ts';

const context = { caller: platform, correlationId: 'c', entryPoint: 'http', dryRun: false } as const;

/** A world whose template breaks a guardrail, with these in audit mode. */
function world(audit: string[]): World {
  const it = new World();
  const content = templateContent();
  content.statements.push({
    sid: 'Open',
    actions: ['s3:PutBucketPolicy'],
    resources: ['arn:aws:s3:::{{bucket}}'],
    conditions: { StringEquals: { 'aws:ResourceAccount': '{{aws.accountId}}' } },
  });
  it.templates.set('s3-static-site', templateOf(content));
  it.configuration = configurationOf({ ...configurationContent(), guardrails: { audit } });
  return it;
}

describe('a guardrail in audit mode', () => {
  test('is reported by the edge and by the provisioner, and stops neither', async () => {
    const it = world(['no-handing-on']);
    const answer = await requestGrant(it.requestPorts, grantRequest(), context);
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'created' } });
    expect(it.audited).toHaveLength(2);
    for (const { template, violations } of it.audited) {
      expect(template).toBe('s3-static-site');
      expect(violations).toEqual([
        { rule: 'no-handing-on', statement: 'Open', detail: expect.stringContaining('s3:PutBucketPolicy') },
      ]);
    }
  });

  test('is shown in a dry run', async () => {
    const it = world(['no-handing-on']);
    const answer = await requestGrant(it.requestPorts, grantRequest(), { ...context, dryRun: true });
    expect(answer).toMatchObject({
      ok: true,
      value: { planned: { rendered: { audited: [{ rule: 'no-handing-on' }] } } },
    });
  });

  test('is enforced and not reported where it is not in audit mode', async () => {
    const it = world([]);
    const answer = await requestGrant(it.requestPorts, grantRequest(), context);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'GUARDRAIL_VIOLATED' } });
    expect(it.audited).toEqual([]);
  });
});
