import type { EngineAnswer } from './engine.ts';

/** The namespace that precedes each code in `__type`; SDKs read only what follows the `#`. */
const NAMESPACES = {
  ValidationException: 'com.amazon.coral.validate',
  AccessDeniedException: 'com.amazon.coral.service',
  DuplicateItem: 'com.amazonaws.dynamodb.v20120810',
  ThrottlingException: 'com.amazonaws.dynamodb.v20120810',
  InternalServerError: 'com.amazonaws.dynamodb.v20120810',
} as const;

/** An answer in DynamoDB's JSON protocol, without a checksum (SDKs take its absence). */
export function jsonAnswer(status: number, body: object): EngineAnswer {
  const text = JSON.stringify(body);
  return {
    status,
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'Content-Length': Buffer.byteLength(text) },
    body: text,
  };
}

/** An error as DynamoDB sends it. */
export function dynamodbError(status: number, code: keyof typeof NAMESPACES, message: string): EngineAnswer {
  return jsonAnswer(status, { __type: `${NAMESPACES[code]}#${code}`, Message: message, message });
}

/** Whether the answer is the error with this code. */
export function hasCode(answer: EngineAnswer, code: string): boolean {
  if (answer.status === 200) return false;
  const { __type } = JSON.parse(answer.body) as { __type?: string };
  return __type?.endsWith(`#${code}`) ?? false;
}

/** Success, with an empty body. */
export const noContent: EngineAnswer = { status: 204, headers: {}, body: '' };
