import { commonProblems, type Operation } from '../../../handlers/http/contract/operation.ts';
import { operations } from '../../../handlers/http/contract/operations.ts';
import { problemSchema } from '../../../handlers/http/contract/problem.ts';
import { problemKinds } from '../../../handlers/http/problem-details.ts';
import type { Reply } from './http.ts';

/** The codes of paths and methods that belong to no operation. */
const OUTSIDE = ['ROUTE_NOT_FOUND', 'METHOD_NOT_ALLOWED'];

/** The operation behind a concrete request; undefined when there is none. HEAD is answered by the GET of the same path. The
 *  local gateway drops a slash at the end. */
export function operationFor(method: string, path: string): Operation | undefined {
  const pathname = path.split('?')[0]?.replace(/(?<=.)\/$/, '') ?? '';
  return operations.find(
    (one) =>
      one.method === (method === 'HEAD' ? 'GET' : method) &&
      new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
}

/** Holds a response to what the API's document says of its operation: status, media type, every field of the body, and the
 *  problem's code. Throws with what differs. */
export function checkContract(method: string, path: string, reply: Reply): void {
  const operation = operationFor(method, path);
  const fault = headerFault(operation, reply) ?? bodyFault(operation, method, reply);
  if (fault) throw new Error(`${method} ${path} breaks its contract: ${fault}\n${reply.text.slice(0, 500)}`);
}

/** Headers that answers have whatever they are about. */
function headerFault(operation: Operation | undefined, { status, headers }: Reply): string | undefined {
  if (!headers.get('x-request-id')) return 'there is no x-request-id';
  const mustHave = operation?.isConditional === true && [200, 304].includes(status);
  return headers.has('etag') === mustHave ? undefined : `an ETag is ${mustHave ? 'missing' : 'not declared'}`;
}

function bodyFault(operation: Operation | undefined, method: string, reply: Reply): string | undefined {
  if (method === 'OPTIONS' && reply.status === 204) return undefined;
  if (method === 'HEAD' || reply.status === 304) return emptyFault(operation, reply);
  return reply.status >= 400 ? problemFault(operation, reply) : successFault(operation, reply);
}

/** An answer that has no body whatever it is about. */
function emptyFault(operation: Operation | undefined, { status, text }: Reply): string | undefined {
  if (text !== '') return 'the body must be empty';
  const isDeclared = status >= 400 || (status === 304 ? operation?.isConditional : operation?.successes[200]);
  return isDeclared ? undefined : `status ${status} is not declared`;
}

/** Without parameters: the local gateway adds the character set. */
const mediaTypeOf = (headers: Headers): string | undefined => headers.get('content-type')?.split(';')[0];

function problemFault(
  operation: Operation | undefined,
  { status, headers, json }: Reply,
): string | undefined {
  const type = mediaTypeOf(headers);
  if (type !== 'application/problem+json') return `a problem came as ${type}`;
  const parsed = problemSchema.safeParse(json);
  if (!parsed.success) return parsed.error.message;
  const { code } = parsed.data;
  if (problemKinds[code].status !== status) return `${code} came with status ${status}`;
  const declared: readonly string[] = operation
    ? [...commonProblems(operation), ...operation.problems]
    : OUTSIDE;
  return declared.includes(code) || OUTSIDE.includes(code)
    ? undefined
    : `${operation?.id ?? 'no operation'} does not declare ${code}`;
}

function successFault(
  operation: Operation | undefined,
  { status, headers, text }: Reply,
): string | undefined {
  if (!operation) return 'there is no such operation';
  const success = operation.successes[status as keyof Operation['successes']];
  if (!success) return `${operation.id} does not declare status ${status}`;
  const type = mediaTypeOf(headers);
  if (type === 'application/x-ndjson') {
    const lines = text.split('\n').slice(0, -1);
    const faults = lines.map((line) => success.lines?.safeParse(JSON.parse(line)).error?.message);
    return success.lines ? faults.find((fault) => fault !== undefined) : 'NDJSON is not declared';
  }
  if (success.text && type === success.text.type) return text === '' ? 'the text is empty' : undefined;
  if (text === '' && success.mayBeEmpty) return undefined;
  if (!success.schema) return text === '' ? undefined : 'the body must be empty';
  if (type !== 'application/json') return `a body came as ${type}`;
  return success.schema.safeParse(JSON.parse(text)).error?.message;
}
