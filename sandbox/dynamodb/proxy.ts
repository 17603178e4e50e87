import { delay, type Fault, noFaults } from '../http/faults.ts';
import { dynamodbError, jsonAnswer, noContent } from './answers.ts';
import { callLog, tableOf } from './calls.ts';
import type { Engine, EngineAnswer, EngineRequest } from './engine.ts';
import { statementRunner } from './execute-statement.ts';
import { engineClient } from './lag/engine-client.ts';
import { indexLag } from './lag/index-lag.ts';

const TARGET = /^DynamoDB_20120810\.(\w+)$/;

/** `replica`: an empty engine, for the indexes of a time ago. `now`: milliseconds since the epoch. */
type FrontParts = { engine: Engine; replica: Engine; now: () => number };

/** One operation, with its body after parsing. */
type Call = { operation: string; request: EngineRequest; body: unknown };

/** Answers requests: `/sandbox/…` itself, `ExecuteStatement` by way of the engine's PutItem, all else by the engine.
 *  Undefined: the connection is to be closed without an answer. Rejects only when the engine is stopped. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of its functions is short.
export function dynamodbProxy({
  engine,
  replica,
  now,
}: FrontParts): (request: EngineRequest) => Promise<EngineAnswer | undefined> {
  const statements = statementRunner();
  const faults = noFaults('indexLag');
  const calls = callLog();
  const lag = indexLag(engineClient(engine), engineClient(replica), now);

  const run = (call: Call, lagMs = 0): Promise<EngineAnswer> =>
    lag.run({
      operation: call.operation,
      body: call.body,
      lagMs,
      onTable: () => runOnTable(call),
      onReplica: () => replica(call.request),
    });

  function runOnTable({ operation, request, body }: Call): Promise<EngineAnswer> {
    if (operation === 'ExecuteStatement') {
      return statements.execute(body, (name, input) =>
        engine({
          ...request,
          headers: { ...request.headers, 'x-amz-target': `DynamoDB_20120810.${name}` },
          body: Buffer.from(JSON.stringify(input)),
        }),
      );
    }
    const table = tableOf(body);
    if (table !== undefined && /^(Create|Delete)Table$/.test(operation)) statements.forget(table);
    return engine(request);
  }

  async function answerOperation(
    operation: string,
    request: EngineRequest,
  ): Promise<EngineAnswer | undefined> {
    const body = parseJson(request.body);
    calls.record(operation, tableOf(body));
    const fault = faults.take(
      (match) => match === operation,
      (effect) => effect !== 'indexLag' || lag.concerns(operation, body),
    );
    switch (fault?.effect) {
      case 'throttle':
        return dynamodbError(400, 'ThrottlingException', 'Throughput exceeds the capacity of your table.');
      case 'error':
        return dynamodbError(500, 'InternalServerError', 'The request processing has failed.');
      case 'forbid':
        return dynamodbError(
          400,
          'AccessDeniedException',
          `User is not authorized to perform: dynamodb:${operation}`,
        );
      case 'drop':
        return undefined;
      case 'lostReply':
        await run({ operation, request, body });
        return undefined;
      case 'delay':
        await delay(fault);
        break;
      case 'indexLag':
        return run({ operation, request, body }, fault.delayMs);
    }
    return run({ operation, request, body });
  }

  async function armFault(body: unknown): Promise<EngineAnswer> {
    const errors = faults.arm(body);
    if (errors.length > 0) return jsonAnswer(400, { errors });
    if ((body as Fault).effect === 'indexLag') await lag.begin();
    return jsonAnswer(200, { armed: true });
  }

  async function answerSandbox(request: EngineRequest): Promise<EngineAnswer> {
    switch (`${request.method} ${request.url}`) {
      case 'GET /sandbox/calls':
        return jsonAnswer(200, { items: calls.items() });
      case 'DELETE /sandbox/calls':
        calls.clear();
        return noContent;
      case 'POST /sandbox/faults':
        return armFault(parseJson(request.body));
      case 'DELETE /sandbox/faults':
        faults.clear();
        return noContent;
      default:
        return jsonAnswer(404, { errors: [`no endpoint ${request.method} ${request.url}`] });
    }
  }

  return async (request) => {
    if (request.url.startsWith('/sandbox/')) return answerSandbox(request);
    const operation = TARGET.exec(String(request.headers['x-amz-target'] ?? ''))?.[1];
    return operation === undefined ? engine(request) : answerOperation(operation, request);
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
