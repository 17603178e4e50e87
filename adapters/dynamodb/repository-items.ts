import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type Hold, holdSchema } from '../../domain/grants/grant.ts';
import type { BearerUuid, GrantTable, NamedKind, Naming } from '../../domain/grants/stores.ts';
import {
  grantIdSchema,
  projectUuidSchema,
  type RepositoryUuid,
  repositoryUuidSchema,
} from '../../domain/shared/identifiers.ts';
import { failureName, toPortError } from '../aws/error-meanings.ts';
import type { Item } from './client.ts';
import { readItems } from './indexes/batch-read.ts';

/** Repositories or projects that one name leads to, the latest; an older one is still found by its UUID. Our choice: it
 *  bounds the item, and the queries of a list by name. */
const MOST_BEARERS = 20;

/** The items beside the rows, which no index holds: of each repository the ids of its grants, and of each name the
 *  repositories or projects that bear or bore it. A text that is no such id is left out, so it cannot hide the
 *  others. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of the port's functions is short.
export function repositoryItems(
  client: DynamoDBClient,
  table: string,
): Pick<
  GrantTable,
  'enrol' | 'listEnrolled' | 'rememberNames' | 'bearersOf' | 'markRepositoryHold' | 'repositoryHolds'
> {
  /** Updates one item; false when the condition does not hold. */
  async function update(key: Item, statement: Statement): Promise<boolean> {
    try {
      await client.send(new UpdateItemCommand({ TableName: table, Key: key, ...statement }));
      return true;
    } catch (error) {
      if (failureName(error) === 'ConditionalCheckFailedException') return false;
      throw toPortError({ system: 'DynamoDB', operation: 'UpdateItem' }, error);
    }
  }

  /** One item, read consistently. */
  async function read(key: Item): Promise<Item | undefined> {
    try {
      return (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true })))
        .Item;
    } catch (error) {
      throw toPortError({ system: 'DynamoDB', operation: 'GetItem' }, error);
    }
  }

  async function rememberName({ kind, name, uuid }: Naming): Promise<void> {
    const key = nameKey(kind, name);
    if (await update(key, addBearer(uuid))) return;
    // The name has this bearer already, or it is full: then its oldest one makes room.
    if (await update(key, dropOldest(uuid))) await update(key, addBearer(uuid));
  }

  const rememberNames = async (names: readonly Naming[]) => {
    await Promise.all(names.map(rememberName));
  };

  return {
    async enrol(repositoryUuid, grantId, names) {
      const enrolment = update(enrolmentKey(repositoryUuid), {
        UpdateExpression: 'ADD enrolled :grants',
        ExpressionAttributeValues: { ':grants': { SS: [grantId] } },
      });
      await Promise.all([enrolment, rememberNames(names)]);
    },

    rememberNames,

    async listEnrolled(repositoryUuid) {
      const ids = (await read(enrolmentKey(repositoryUuid)))?.enrolled?.SS ?? [];
      return ids.flatMap((id) => grantIdSchema.safeParse(id).data ?? []);
    },

    async markRepositoryHold(repositoryUuid, { seq, hold }) {
      // Before the mark: a repository that is held and not among them would not be shown as held.
      if (hold) await update(EVER_HELD, addHeld(repositoryUuid));
      await update(enrolmentKey(repositoryUuid), {
        UpdateExpression: hold ? 'SET holdSeq = :seq, held = :hold' : 'SET holdSeq = :seq REMOVE held',
        ConditionExpression: 'attribute_not_exists(holdSeq) OR holdSeq < :seq',
        ExpressionAttributeValues: {
          ':seq': { N: String(seq) },
          ...(hold ? { ':hold': { S: JSON.stringify(hold) } } : {}),
        },
      });
    },

    async repositoryHolds(repositoryUuids) {
      const uuids = [...new Set(repositoryUuids)];
      try {
        // One repository costs as little as the list of those that were ever held; of many, few were.
        const everHeld = uuids.length > 1 ? await everHeldRepositories(client, table) : new Set(uuids);
        const keys = uuids.filter((uuid) => everHeld.has(uuid)).map(enrolmentKey);
        const items = await readItems(client, table, { keys, isConsistent: false });
        const held = new Map(items.map((item) => [item.grantId?.S, holdIn(item.held?.S)]));
        return new Map(
          uuids.flatMap((uuid): [RepositoryUuid, Hold][] => {
            const hold = held.get(enrolmentKey(uuid).grantId?.S);
            return hold ? [[uuid, hold]] : [];
          }),
        );
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'BatchGetItem' }, error);
      }
    },

    async bearersOf<K extends NamedKind>(kind: K, name: string): Promise<BearerUuid[K][]> {
      const parse: (text: unknown) => BearerUuid[K] | undefined = bearerParsers[kind];
      const bearers = (await read(nameKey(kind, name)))?.bearers?.L ?? [];
      return bearers.flatMap(({ S: uuid }) => parse(uuid) ?? []);
    },
  };
}

/** The item of the repositories that were ever held. None is taken out again: a release that is late could take out one that
 *  has been held anew. Incidents are few. */
const EVER_HELD: Item = { grantId: { S: 'ever-held' } };

const addHeld = (repositoryUuid: RepositoryUuid): Statement => ({
  UpdateExpression: 'ADD repositories :held',
  ExpressionAttributeValues: { ':held': { SS: [repositoryUuid] } },
});

async function everHeldRepositories(client: DynamoDBClient, table: string): Promise<ReadonlySet<string>> {
  const [item] = await readItems(client, table, { keys: [EVER_HELD], isConsistent: false });
  return new Set(item?.repositories?.SS);
}

/** A hold that an item names; undefined where there is none that this version reads. */
function holdIn(text: string | undefined): Hold | undefined {
  try {
    return text === undefined ? undefined : holdSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const bearerParsers: { [K in NamedKind]: (text: unknown) => BearerUuid[K] | undefined } = {
  repository: (text) => repositoryUuidSchema.safeParse(text).data,
  project: (text) => projectUuidSchema.safeParse(text).data,
};

type Statement = {
  UpdateExpression: string;
  ConditionExpression?: string;
  ExpressionAttributeValues: Item;
};

/** The key of a repository's item. */
export const enrolmentKey = (repositoryUuid: RepositoryUuid): Item => ({
  grantId: { S: `repository#${repositoryUuid}` },
});

const nameKey = (kind: NamedKind, name: string): Item => ({
  grantId: { S: `name#${kind}#${name.toLowerCase()}` },
});

const addBearer = (uuid: string): Statement => ({
  UpdateExpression: 'SET bearers = list_append(if_not_exists(bearers, :none), :added)',
  ConditionExpression:
    'attribute_not_exists(bearers) OR (NOT contains(bearers, :uuid) AND size(bearers) < :most)',
  ExpressionAttributeValues: {
    ':none': { L: [] },
    ':added': { L: [{ S: uuid }] },
    ':uuid': { S: uuid },
    ':most': { N: String(MOST_BEARERS) },
  },
});

const dropOldest = (uuid: string): Statement => ({
  UpdateExpression: 'REMOVE bearers[0]',
  ConditionExpression: 'NOT contains(bearers, :uuid) AND size(bearers) >= :most',
  ExpressionAttributeValues: { ':uuid': { S: uuid }, ':most': { N: String(MOST_BEARERS) } },
});
