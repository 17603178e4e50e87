import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { KnownRepository, Sight, Sights } from '../../domain/drift/sweeps.ts';
import { grantIdSchema, type RepositoryUuid } from '../../domain/shared/identifiers.ts';
import { instantSchema } from '../../domain/shared/time.ts';
import { toPortError } from '../aws/error-meanings.ts';
import type { Item } from './client.ts';
import { readItems } from './indexes/batch-read.ts';
import { enrolmentKey } from './repository-items.ts';

/** The sights of repositories, in the items that hold the ids of their grants. */
export function dynamodbSights(client: DynamoDBClient, table: string): Sights {
  return {
    async recall(repositories) {
      const keys = repositories.map(enrolmentKey);
      try {
        const items = await readItems(client, table, { keys, isConsistent: true });
        const found = new Map(items.map((item) => [item.grantId?.S, knownIn(item)]));
        return new Map(
          repositories.flatMap((uuid): [RepositoryUuid, KnownRepository][] => {
            const known = found.get(enrolmentKey(uuid).grantId?.S);
            return known ? [[uuid, known]] : [];
          }),
        );
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'BatchGetItem' }, error);
      }
    },

    async remember(repository, { by, at }) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: enrolmentKey(repository),
        UpdateExpression: 'SET seenBy = :by, seenAt = :at',
        ExpressionAttributeValues: { ':by': { S: by }, ':at': { S: at } },
      });
      try {
        await client.send(command);
      } catch (error) {
        throw toPortError({ system: 'DynamoDB', operation: 'UpdateItem' }, error);
      }
    },
  };
}

const knownIn = ({ enrolled, seenBy, seenAt }: Item): KnownRepository => ({
  enrolled: (enrolled?.SS ?? []).flatMap((id) => grantIdSchema.safeParse(id).data ?? []),
  sight: sightIn(seenBy?.S, seenAt?.S),
});

function sightIn(by: string | undefined, text: string | undefined): Sight | undefined {
  const at = instantSchema.safeParse(text).data;
  return by !== undefined && at !== undefined ? { by, at } : undefined;
}
