import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as defects from '../support/crash/defects.ts';
import { approvalFlows } from '../support/crash/flows/approval-flows.ts';
import { freezeFlows } from '../support/crash/flows/containment-flows.ts';
import { freezeByPassFlows, repairFlows } from '../support/crash/flows/drift-flows.ts';
import { changeFlows, requestFlows } from '../support/crash/flows/request-flows.ts';
import { revokeFlows } from '../support/crash/flows/revoke-flows.ts';
import { troubleFlows } from '../support/crash/flows/trouble-flows.ts';
import type { Mode } from '../support/crash/injector.ts';
import { type Flow, Walk } from '../support/crash/walk.ts';
import { mintTokens } from '../support/crash/world/tokens.ts';
import { CrashWorld, type Plant } from '../support/crash/world/world.ts';

type Case = {
  defect: string;
  plant: Plant;
  flow: string;
  modes: Mode[];
  /** Which calls are broken; all when not given. */
  operation?: string;
  caughtBy: RegExp;
};

const cases: Case[] = [
  {
    defect: 'leaves the announcement of a role out of the log',
    plant: defects.withoutEvents('ProvisioningStarted'),
    flow: 'a new grant whose provider is there',
    modes: ['drop'],
    caughtBy: /^invariant 1:/,
  },
  {
    defect: 'leaves the announcement of an update out of the log',
    plant: defects.withoutEvents('UpdateStarted'),
    flow: 'a change of parameters',
    modes: ['drop'],
    caughtBy: /^invariant 1:/,
  },
  {
    defect: 'removes foreign policies without a word',
    plant: defects.withoutEvents('ForeignPoliciesFound'),
    flow: 'a revoke of a role that somebody tampered with',
    modes: ['drop'],
    caughtBy: /^invariant 1:/,
  },
  {
    defect: 'announces only when it is done',
    plant: defects.lateAnnouncements,
    flow: 'a new grant whose provider is there',
    modes: ['drop'],
    caughtBy: /^invariant 1:/,
  },
  {
    defect: "skips the check of tag and RoleId, and deletes somebody's role",
    plant: defects.noOwnershipCheck,
    flow: 'a revoke of a grant whose role somebody replaced by their own',
    modes: ['drop'],
    caughtBy: /^invariant 4:/,
  },
  {
    defect: "skips the check of tag and equality, and takes somebody's role over",
    plant: defects.noOwnershipCheck,
    flow: 'a new grant whose role name is taken',
    modes: ['drop'],
    caughtBy: /^invariant 4:/,
  },
  {
    defect: 'drops the due mark',
    plant: defects.noDueMark,
    flow: 'a new grant whose provider is there',
    modes: ['die-after'],
    caughtBy: /^invariant 8:/,
  },
  {
    defect: 'clears the due mark too early',
    plant: defects.dueClearedEarly,
    flow: 'a new grant whose provider is there',
    modes: ['die-before'],
    caughtBy: /^invariant 8:/,
  },
  {
    defect: 'works on a grant while another holds its lease',
    plant: defects.leaseReused,
    flow: 'a new grant whose provider is there',
    modes: ['stall-revoke', 'stall-repeat'],
    caughtBy: /^invariant (1|5|8|10):/,
  },
  {
    defect: 'lets its lease run out under its hands',
    plant: defects.leaseTooShort,
    flow: 'a revoke',
    modes: ['stall-repeat'],
    caughtBy: /^invariant (1|5|8|10):/,
  },
  {
    defect: 'takes "no such entity" right after a create for absence',
    plant: defects.notFoundIsAbsence,
    flow: 'a revoke while IAM does not show the new role',
    modes: ['drop'],
    caughtBy: /^invariant (5|8):/,
  },
  {
    defect: 'acts on a stale stream',
    plant: defects.staleStream,
    flow: 'a new grant whose provider is there',
    modes: ['stall-revoke'],
    caughtBy: /^invariant (1|8|9):/,
  },
  {
    defect: 'activates a grant whose permissions IAM refused',
    plant: defects.permissionsUnchecked,
    flow: 'a new grant to which IAM refuses permissions',
    modes: ['drop'],
    caughtBy: /^invariant 8:/,
  },
  {
    defect: 'takes a role for deleted that is not',
    plant: defects.deletionUnchecked,
    flow: 'a revoke',
    modes: ['forbid'],
    operation: 'DeleteRole',
    caughtBy: /^invariant 5:/,
  },
  {
    defect: 'has people approve their own requests',
    plant: defects.approvesInTheRequestersName,
    flow: 'an approval of a new grant',
    modes: ['drop'],
    caughtBy: /^invariant 7:/,
  },
  {
    defect: 'closes half of a role that it freezes',
    plant: defects.closesHalf,
    flow: 'a freeze',
    modes: ['drop'],
    caughtBy: /^invariant (3|5|8):/,
  },
  {
    defect: 'leaves the announcement of a freeze out of the log',
    plant: defects.withoutEvents('GrantFrozen'),
    flow: 'a pass over a role that somebody closed',
    modes: ['drop'],
    // The log never says that the grant is frozen.
    caughtBy: /^answers are true/,
  },
  {
    defect: 'makes a role outside the path',
    plant: defects.wrongPath,
    flow: 'a new grant whose provider is there',
    modes: ['drop'],
    caughtBy: /^invariant 2:/,
  },
  {
    defect: 'lets another repository in',
    plant: defects.trustTooWide,
    flow: 'a new grant whose provider is there',
    modes: ['drop'],
    caughtBy: /^invariant 3:/,
  },
];

/** For a busy machine: a test that is given up goes on in the world of the next one. */
const PATIENCE_MS = 300_000;

const flows = [
  ...requestFlows,
  ...changeFlows,
  ...approvalFlows,
  ...revokeFlows,
  ...troubleFlows,
  ...freezeFlows,
  ...repairFlows,
  ...freezeByPassFlows,
];

function flowNamed(name: string): Flow {
  const found = flows.find((flow) => flow.name === name);
  if (!found) throw new Error(`there is no flow ${name}`);
  return found;
}

describe('the walk catches a product that', () => {
  let world: CrashWorld;
  let walk: Walk;

  beforeAll(async () => {
    world = await CrashWorld.start();
    walk = new Walk(world, await mintTokens(world.standIns.bitbucketUrl));
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    world.plant = {};
  });

  /** The first invariant of the wanted ones that a walk of the flow finds broken. */
  async function firstCatch({ flow, modes, operation, caughtBy }: Case): Promise<string | undefined> {
    for (const mode of modes) {
      for (let at = 1, isHit = true; isHit; at += 1) {
        const run = await walk.run(flowNamed(flow), { mode, at, ...(operation ? { operation } : {}) });
        const caught = run.violations.find(({ title }) => caughtBy.test(title));
        if (caught) return caught.title;
        isHit = run.isHit[0];
      }
    }
    return undefined;
  }

  test.each(cases)(
    '$defect',
    async (planted) => {
      world.plant = planted.plant;
      expect(await firstCatch(planted)).toMatch(planted.caughtBy);
    },
    PATIENCE_MS,
  );
});
