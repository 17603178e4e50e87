import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import {
  type Reservation,
  type Reservations,
  type ReservedResource,
  reservationItemId,
  reservationText,
} from '../../domain/planning/reservation.ts';
import { grantIdSchema, repositoryUuidSchema } from '../../domain/shared/identifiers.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { toPortError } from '../aws/error-meanings.ts';

const reservationSchema = z.strictObject({
  grantId: grantIdSchema,
  repository: repositoryUuidSchema,
  template: z.string(),
  apart: z.string().optional(),
});

/** Reservations over the table of grants, whose key is `grantId`: one item for each resource, which holds its reservations
 *  as a set of texts. It has none of the attributes that the indexes are keyed by. */
export function dynamodbReservations(client: DynamoDBClient, table: string): Reservations {
  const keyOf = (resource: ReservedResource) => ({
    TableName: table,
    Key: { grantId: { S: reservationItemId(resource) } },
  });

  async function change(verb: 'ADD' | 'DELETE', resource: ReservedResource, reservation: Reservation) {
    try {
      await client.send(
        new UpdateItemCommand({
          ...keyOf(resource),
          UpdateExpression: `${verb} reservations :one`,
          ExpressionAttributeValues: { ':one': { SS: [reservationText(reservation)] } },
        }),
      );
    } catch (error) {
      throw toPortError({ system: 'DynamoDB', operation: 'UpdateItem' }, error);
    }
  }

  return {
    reserve: (resource, reservation) => change('ADD', resource, reservation),
    release: (resource, reservation) => change('DELETE', resource, reservation),
    async of(resource) {
      const texts = await read(resource);
      return texts.map((text) => parse(text));
    },
  };

  async function read(resource: ReservedResource): Promise<string[]> {
    try {
      const { Item: item } = await client.send(
        new GetItemCommand({ ...keyOf(resource), ConsistentRead: true }),
      );
      return item?.reservations?.SS ?? [];
    } catch (error) {
      throw toPortError({ system: 'DynamoDB', operation: 'GetItem' }, error);
    }
  }
}

/** A reservation as it was stored. One that cannot be read could be against any request, so nothing is granted. */
function parse(text: string): Reservation {
  try {
    return reservationSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new PortError('DynamoDB', 'REJECTED', 'A reservation in the table of grants cannot be read.', {
      cause: error,
    });
  }
}
