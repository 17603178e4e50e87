import { delay, noFaults } from '../http/faults.ts';
import { dynamodbError, jsonAnswer, noContent } from './answers.ts';
import { callLog, tableOf } from './calls.ts';
import type { Engine, EngineAnswer, EngineRequest } from './engine.ts';
import { statementRunner } from './execute-statement.ts';

const TARGET = /^DynamoDB_20120810\.(\w+)$/;

/** Answers requests: `/sandbox/…` itself, `ExecuteStatement` by way of the engine's PutItem, all else by the engine.
 *  Undefined: the connection is to be closed without an answer. Rejects only when the engine is stopped. */
export function dynamodbProxy(engine: Engine): (request: EngineRequest) => Promise<EngineAnswer | undefined> {
  const statements = statementRunner();
  const faults = noFaults();
  const calls = callLog();

  function run(operation: string, request: EngineRequest, body: unknown): Promise<EngineAnswer> {
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
    const fault = faults.take((match) => match === operation);
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
        await run(operation, request, body);
        return undefined;
      case 'delay':
        await delay(fault);
        break;
    }
    return run(operation, request, body);
  }

  function armFault(body: unknown): EngineAnswer {
    if (isPropagation(body)) return jsonAnswer(400, { errors: ['/effect: propagation is for IAM only'] });
    const errors = faults.arm(body);
    return errors.length > 0 ? jsonAnswer(400, { errors }) : jsonAnswer(200, { armed: true });
  }

  function answerSandbox(request: EngineRequest): EngineAnswer {
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

function isPropagation(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'effect' in body && body.effect === 'propagation';
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
