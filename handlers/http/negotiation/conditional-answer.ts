import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpAnswer } from '../http-answer.ts';
import { headerOf } from '../http-request.ts';

/** A document that changes with a deployment only, with the hash of its text as a strong `ETag`; 304 without a body where
 *  `If-None-Match` names it. The caller may keep the document and must ask again before each use. */
export function conditionalAnswer(event: APIGatewayProxyEventV2, answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 200) return answer;
  const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const headers = { ...answer.headers, etag, 'cache-control': 'private, no-cache' };
  return isNamed(headerOf(event, 'if-none-match'), etag)
    ? { status: 304, headers, body: undefined }
    : { ...answer, headers, body };
}

/** The weak comparison of RFC 9110, section 13.1.2; `*` names every document. */
const isNamed = (header: string | undefined, etag: string): boolean =>
  (header ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === etag || one === '*');
