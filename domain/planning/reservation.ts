import { type Grant, isLive } from '../grants/grant.ts';
import type { GrantIntent } from '../grants/intent.ts';
import { canonicalJson } from '../shared/canonical-hash.ts';
import type { AccountId, GrantId, RepositoryUuid } from '../shared/identifiers.ts';
import type { Principal } from '../shared/principal.ts';
import type { ParameterTypeName } from '../templates/parameters/parameter-types.ts';
import { valuesOf } from '../templates/parameters.ts';
import type { Template } from '../templates/template.ts';

/** A resource by its account, the type of parameter that names it, and its name. */
export type ReservedResource = { account: AccountId; type: ParameterTypeName; value: string };

/** That a grant uses a resource exclusively. `apart` is the value that keeps grants apart within the resource, e.g. a folder of
 *  a bucket. */
export type Reservation = {
  grantId: GrantId;
  repository: RepositoryUuid;
  template: string;
  apart?: string | undefined;
};

/** Which grants have reserved which resources. Reads are consistent, so a reservation that is not found does not
 *  exist. */
export type Reservations = {
  /** Records a reservation, before any role reaches the resource. Idempotent. */
  reserve(resource: ReservedResource, reservation: Reservation): Promise<void>;
  /** Every reservation of a resource. The grant's stream says whether the grant is still live. */
  of(resource: ReservedResource): Promise<Reservation[]>;
  /** Removes a reservation; does nothing if there is none. */
  release(resource: ReservedResource, reservation: Reservation): Promise<void>;
};

/** The id of the item that holds a resource's reservations. */
export const reservationItemId = ({ account, type, value }: ReservedResource): string =>
  `holds#${account}#${type}#${value}`;

type Templates = ReadonlyMap<string, Template>;

/** A resource that an intent reaches, and the parameter that names it. `isExclusive` where the intent's own template uses it
 *  exclusively as well. */
export type ReachedResource = {
  pointer: string;
  resource: ReservedResource;
  isExclusive: boolean;
  apart?: string | undefined;
};

/** The value that keeps an intent apart from others within what the parameter names. */
function apartOf({ exclusive }: Template['parameters'][string], intent: GrantIntent): string | undefined {
  const apart = typeof exclusive === 'object' ? intent.parameters[exclusive.apart] : undefined;
  return typeof apart === 'string' ? apart : undefined;
}

const resourcesOf = (
  { parameters }: Template,
  intent: GrantIntent,
  isWanted: (parameter: Template['parameters'][string]) => boolean,
): ReachedResource[] =>
  Object.entries(parameters).flatMap(([name, parameter]) => {
    if (!isWanted(parameter)) return [];
    const apart = apartOf(parameter, intent);
    return valuesOf(intent.parameters[name] ?? []).map((value) => ({
      pointer: `/parameters/${name}`,
      resource: { account: intent.account, type: parameter.type, value },
      isExclusive: parameter.exclusive !== undefined,
      ...(apart === undefined ? {} : { apart }),
    }));
  });

/** The resources that an intent reaches and that a grant of some template could have reserved. */
export function reachedResources(
  templates: Templates,
  template: Template,
  intent: GrantIntent,
): ReachedResource[] {
  const exclusive = new Set(
    [...templates.values()].flatMap(({ parameters }) =>
      Object.values(parameters).flatMap((one) => (one.exclusive ? [one.type] : [])),
    ),
  );
  return resourcesOf(template, intent, ({ type }) => exclusive.has(type));
}

/** The reservations that an intent makes. */
export const reservationsOf = (
  template: Template,
  { grantId, intent }: { grantId: GrantId; intent: GrantIntent },
): { resource: ReservedResource; reservation: Reservation }[] =>
  resourcesOf(template, intent, ({ exclusive }) => exclusive !== undefined).map(({ resource, apart }) => ({
    resource,
    reservation: {
      grantId,
      repository: intent.repository.uuid,
      template: intent.template.name,
      ...(apart === undefined ? {} : { apart }),
    },
  }));

/** True if a reservation conflicts with an intent that reaches the resource. A reservation of another repository
 *  conflicts unless their `apart` values separate the two. A reservation of the same repository conflicts with
 *  pipelines only, and only if their template does not use the resource exclusively itself. Otherwise anyone who can
 *  push a branch could write what a grant of the repository keeps there. */
export function isAgainst(
  reservation: Reservation,
  {
    intent,
    apart,
    isExclusive,
    requesterKind,
  }: Pick<ReachedResource, 'apart' | 'isExclusive'> & {
    intent: GrantIntent;
    requesterKind: Principal['kind'];
  },
): boolean {
  if (reservation.repository === intent.repository.uuid) return requesterKind === 'pipeline' && !isExclusive;
  const isSplit = reservation.apart !== undefined && apart !== undefined;
  return !isSplit || overlap(reservation.apart ?? '', apart ?? '');
}

/** True for two folders of which one is, or lies in, the other. */
const overlap = (a: string, b: string): boolean => `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`);

/** The intents by which a grant reaches resources, or is about to. */
export function intentsInForce(grant: Grant | undefined): GrantIntent[] {
  if (!grant || !isLive(grant.state) || grant.state === 'pending') return [];
  const change = grant.state === 'active' && grant.change?.phase === 'updating' ? grant.change : undefined;
  return [grant.request.intent, ...(change ? [change.intent] : [])];
}

/** True while a grant that has reserved a resource reaches it, or is about to. */
export const isInForce = (grant: Grant | undefined, { value }: ReservedResource): boolean =>
  intentsInForce(grant).some(({ parameters }) =>
    Object.values(parameters).some((given) => valuesOf(given).includes(value)),
  );

/** A reservation as one text: equal reservations are equal texts. */
export const reservationText = (reservation: Reservation): string => canonicalJson(reservation);
