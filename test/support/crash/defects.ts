import { eventHash, type GrantEvent } from '../../../domain/grants/event.ts';
import { replay } from '../../../domain/grants/evolve/evolve.ts';
import { type GrantRole, roleOf } from '../../../domain/grants/grant.ts';
import type { EventLog, GrantTable } from '../../../domain/grants/stores.ts';
import type { RoleSpecification } from '../../../domain/planning/role.ts';
import type { StreamId } from '../../../domain/shared/identifiers.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import type { StreamPorts } from '../../../domain/use-cases/grant-stream.ts';
import type { Iam, ObservedRole } from '../../../domain/use-cases/provisioning/iam.ts';
import type { ProvisionerPorts } from '../../../domain/use-cases/provisioning/run.ts';
import { DENY_ALL } from '../../invariants/evidence.ts';
import { eventsOf } from '../domain/streams/stored.ts';
import { asGrantId, asInstant } from '../identifiers.ts';
import type { Plant } from './world/world.ts';

/** The role that a log knows. */
function recordedRole(events: readonly GrantEvent[]): GrantRole | undefined {
  const grant = replay(events);
  return grant && roleOf(grant);
}

type WithIam = (change: (iam: Iam) => Partial<Iam>) => (ports: ProvisionerPorts) => ProvisionerPorts;

const withIam: WithIam = (change) => (ports) => ({
  ...ports,
  iam(scope) {
    const iam = ports.iam(scope);
    return { ...iam, ...change(iam) };
  },
});

const withGrants =
  (change: (grants: GrantTable) => Partial<GrantTable>) =>
  <P extends StreamPorts>(ports: P): P => ({
    ...ports,
    grants: { ...ports.grants, ...change(ports.grants) },
  });

const withLog =
  (change: (log: EventLog) => Partial<EventLog>) =>
  <P extends StreamPorts>(ports: P): P => ({ ...ports, log: { ...ports.log, ...change(ports.log) } });

/** Leaves events of these types out of the log, and links what follows as if they had never been. */
export const withoutEvents = (...types: GrantEvent['type'][]): Plant => ({
  provisioner: withLog((log) => {
    let left = 0;
    let prevHash: string | undefined;
    return {
      async append(event) {
        if (types.includes(event.type)) {
          left += 1;
          prevHash ??= event.prevHash;
          return 'appended';
        }
        if (left === 0) return log.append(event);
        const moved = { ...event, seq: event.seq - left, prevHash: prevHash ?? event.prevHash };
        const forged = { ...moved, hash: eventHash(moved) } as GrantEvent;
        prevHash = forged.hash;
        return log.append(forged);
      },
    };
  }),
});

/** Writes an announcement only together with the event after it. */
export const lateAnnouncements: Plant = {
  provisioner: withLog((log) => {
    let held: GrantEvent | undefined;
    return {
      async append(event) {
        const before = held;
        held = undefined;
        if (before) await log.append(before);
        if (event.type !== 'ProvisioningStarted' && event.type !== 'UpdateStarted') return log.append(event);
        held = event;
        return 'appended';
      },
    };
  }),
};

/** What a run that has no lease yet works on. */
const NO_GRANT = asGrantId(`gr_${'a'.repeat(26)}`);

/** Takes whatever bears the role's name for the grant's own: path, tags and RoleId are as they should be. */
export const noOwnershipCheck: Plant = {
  provisioner(ports) {
    let grantId: StreamId = NO_GRANT;
    let wanted: RoleSpecification | undefined;
    const watched = withGrants((grants) => ({
      takeLease(id, ...rest) {
        grantId = id;
        return grants.takeLease(id, ...rest);
      },
    }))(ports);
    return withIam((iam) => ({
      createRole(role) {
        wanted = role;
        return iam.createRole(role);
      },
      async findRole(name) {
        const found = await iam.findRole(name);
        const recorded = recordedRole(await eventsOf(ports.log, grantId))?.id;
        const tags = { ...found?.tags, ...wanted?.tags, 'rolewright:grant': grantId };
        return found && { ...found, ...wanted, path: '/rolewright/', tags, id: recorded ?? found.id };
      },
      listPolicies: (name) =>
        wanted ? Promise.resolve({ inline: [], attached: [] }) : iam.listPolicies(name),
    }))(watched);
  },
};

/** Has whoever asked approve as well, and believes it. */
export const approvesInTheRequestersName: Plant = {
  edge: withLog((log) => ({
    append(event) {
      if (event.type !== 'GrantApproved') return log.append(event);
      const forged = { ...event, principal: { kind: 'person' as const, id: 'ada@acme.example' } };
      return log.append({ ...forged, hash: eventHash(forged) });
    },
  })),
};

/** Marks nothing as due before it appends. */
export const noDueMark: Plant = { edge: withGrants(() => ({ markDue: async () => {} })) };

/** Clears the due time with the first projection, while the work is still to be done. */
export const dueClearedEarly: Plant = {
  edge: withGrants((grants) => ({ project: ({ dueAt: _, ...row }) => grants.project(row) })),
};

/** Works without asking whether somebody else does. */
export const leaseReused: Plant = { provisioner: withGrants(() => ({ takeLease: async () => true })) };

/** Holds its lease for no longer than the moment. */
export const leaseTooShort: Plant = {
  provisioner: withGrants((grants) => ({
    takeLease: (id, owner, now) => grants.takeLease(id, owner, now, now),
  })),
};

const ignoring =
  <A extends unknown[], T>(codes: readonly string[], instead: T, call: (...args: A) => Promise<T>) =>
  (...args: A): Promise<T> =>
    call(...args).catch((error: unknown) => {
      if (error instanceof PortError && codes.includes(error.code)) return instead;
      throw error;
    });

/** Takes "no such entity" for absence, whenever it comes. */
export const notFoundIsAbsence: Plant = {
  provisioner(ports) {
    let grantId: StreamId = NO_GRANT;
    const watched = withGrants((grants) => ({
      takeLease(id, ...rest) {
        grantId = id;
        return grants.takeLease(id, ...rest);
      },
    }))(ports);
    const gone = async (): Promise<ObservedRole> => ({
      id: recordedRole(await eventsOf(ports.log, grantId))?.id ?? '',
      path: '/rolewright/',
      createdAt: asInstant(new Date(ports.clock.now()).toISOString()),
      trustPolicy: {},
      boundaryArn: DENY_ALL,
      maxSessionDuration: 3600,
      tags: { 'rolewright:grant': grantId },
    });
    return withIam((iam) => ({
      findRole: async (name) => (await iam.findRole(name)) ?? gone(),
      putTrustPolicy: ignoring(['NOT_FOUND'], undefined, iam.putTrustPolicy),
      listPolicies: ignoring(['NOT_FOUND'], { inline: [], attached: [] }, iam.listPolicies),
    }))(watched);
  },
};

/** Takes a lost race for a won one, and acts on a stream that is another by now. */
const raceIgnored = withLog((log) => ({
  append: async (event) => {
    await log.append(event);
    return 'appended' as const;
  },
}));
export const staleStream: Plant = { edge: raceIgnored, provisioner: raceIgnored };

const ANY = ['NOT_FOUND', 'CONFLICT', 'THROTTLED', 'DENIED', 'REJECTED', 'UNAVAILABLE'];

/** Goes on when IAM did not take the permissions. */
export const permissionsUnchecked: Plant = {
  provisioner: withIam((iam) => ({
    putPermissionsPolicy: ignoring(ANY, undefined, iam.putPermissionsPolicy),
  })),
};

/** Goes on when IAM did not delete the role. */
export const deletionUnchecked: Plant = {
  provisioner: withIam((iam) => ({ deleteRole: ignoring(ANY, undefined, iam.deleteRole) })),
};

/** Says that a role is closed without writing its trust policy. */
export const closesHalf: Plant = {
  provisioner: withIam((iam) => ({
    putTrustPolicy: (name, policy) =>
      JSON.stringify(policy).includes('"Deny"') ? Promise.resolve() : iam.putTrustPolicy(name, policy),
  })),
};

/** Makes roles outside the path. */
export const wrongPath: Plant = {
  provisioner: withIam((iam) => ({
    createRole: (role) => iam.createRole({ ...role, path: '/' as RoleSpecification['path'] }),
  })),
};

/** Lets every repository of the workspace in. */
export const trustTooWide: Plant = {
  provisioner: withIam((iam) => ({
    createRole: (role) =>
      iam.createRole({
        ...role,
        trustPolicy: JSON.parse(JSON.stringify(role.trustPolicy).replace(/"\{[^"]*:\*"/, '"*"')),
      }),
  })),
};
