import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { problem } from '../../../domain/shared/problem.ts';
import { headerOf } from '../http-request.ts';
import { ProblemError } from '../problem-details.ts';

/** Of the media types that a route offers, the one that the caller prefers; the first where all are alike, or no `Accept` was
 *  sent. `NOT_ACCEPTABLE` where the caller takes none of them. Source: RFC 9110, section 12.5.1. */
export function acceptedType<T extends string>(
  event: APIGatewayProxyEventV2,
  offered: readonly [T, ...T[]],
): T {
  const accept = headerOf(event, 'accept') ?? '';
  if (accept.trim() === '') return offered[0];
  const ranges = accept.split(',').map(rangeOf);
  let best: { type: T; quality: number; exactness: number } | undefined;
  for (const type of offered) {
    const { quality, exactness } = ranges
      .filter(({ name }) => exactnessOf(name, type) > 0)
      .map((range) => ({ quality: range.quality, exactness: exactnessOf(range.name, type) }))
      .reduce((one, other) => (other.exactness > one.exactness ? other : one), { quality: 0, exactness: 0 });
    const isBetter =
      !best || quality > best.quality || (quality === best.quality && exactness > best.exactness);
    if (quality > 0 && isBetter) best = { type, quality, exactness };
  }
  if (best) return best.type;
  throw new ProblemError(problem('NOT_ACCEPTABLE', `This route answers as ${offered.join(' or ')}.`));
}

function rangeOf(text: string): { name: string; quality: number } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const quality =
    given === undefined ? 1 : Number(/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(given)?.[0] ?? 0);
  return { name, quality };
}

/** How closely a range names a type: 3 the type itself, 2 its kind, 1 any, 0 not at all. */
function exactnessOf(range: string, type: string): number {
  if (range === type) return 3;
  if (range === `${type.split('/')[0]}/*`) return 2;
  return range === '*/*' ? 1 : 0;
}
