import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbClient } from '../../adapters/dynamodb/client.ts';

/** One call: its operation, and the capacity units that the engine counted. dynalite counts none for a PartiQL INSERT. */
export type MeteredCall = { operation: string; units: number };

type Counted = { CapacityUnits?: number };

/** A client that records each call with its capacity units. */
export function meteredClient(): { client: DynamoDBClient; calls: MeteredCall[] } {
  const client = dynamodbClient();
  const calls: MeteredCall[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      const answer = await next(args);
      const { ConsumedCapacity: counted } = answer.output as { ConsumedCapacity?: Counted | Counted[] };
      const units = [counted ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
      calls.push({ operation: String(context.commandName).replace(/Command$/, ''), units });
      return answer;
    },
    { step: 'initialize' },
  );
  return { client, calls };
}
