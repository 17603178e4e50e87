import { PortError, type PortErrorCode, type UpstreamSystem } from '../../domain/shared/port-error.ts';
import type { ProblemCode } from '../../domain/shared/problem.ts';

/** Error names of AWS services: the SDK's `name`, or the wire's code for errors that the SDK does not model. Sources:
 *  SDK documentation of client-iam and client-dynamodb; AWS common errors. */
const codes: Record<string, PortErrorCode> = {
  NoSuchEntityException: 'NOT_FOUND',
  NoSuchEntity: 'NOT_FOUND',
  ResourceNotFoundException: 'UNAVAILABLE',
  ConcurrentModificationException: 'CONFLICT',
  ConcurrentModification: 'CONFLICT',
  DeleteConflictException: 'CONFLICT',
  DeleteConflict: 'CONFLICT',
  Throttling: 'THROTTLED',
  ThrottlingException: 'THROTTLED',
  TooManyRequestsException: 'THROTTLED',
  RequestLimitExceeded: 'THROTTLED',
  ProvisionedThroughputExceededException: 'THROTTLED',
  AccessDenied: 'DENIED',
  AccessDeniedException: 'DENIED',
  InvalidClientTokenId: 'DENIED',
  UnrecognizedClientException: 'DENIED',
  ExpiredToken: 'DENIED',
  ExpiredTokenException: 'DENIED',
  SignatureDoesNotMatch: 'DENIED',
  CredentialsProviderError: 'DENIED',
  LimitExceededException: 'REJECTED',
  MalformedPolicyDocumentException: 'REJECTED',
  InvalidInputException: 'REJECTED',
  ValidationError: 'REJECTED',
  ValidationException: 'REJECTED',
  UnmodifiableEntityException: 'REJECTED',
};

type SdkError = { name?: unknown; $metadata?: { attempts?: number; httpStatusCode?: number } };

const asSdkError = (error: unknown): SdkError =>
  typeof error === 'object' && error !== null ? (error as SdkError) : {};

/** The SDK's name of a failure, e.g. `NoSuchEntityException`; `Error` if it has none. */
export function failureName(error: unknown): string {
  const { name } = asSdkError(error);
  return typeof name === 'string' ? name : 'Error';
}

/** A call of an AWS service, and the problems that its codes mean beside a failure. */
export type AwsCall = {
  system: UpstreamSystem;
  operation: string;
  problemCodes?: Partial<Record<string, ProblemCode>>;
};

/** Turns any failure of an AWS SDK call into the port's error. Unknown failures, time-outs and 5xx are `UNAVAILABLE`.
 *  `certain` only where the service itself refused the first and only attempt: a refused retry says nothing about the
 *  attempt before it. The caller's sentence names the operation and AWS's code, never AWS's text, which holds ARNs of
 *  our own principals. */
export function toPortError({ system, operation, problemCodes = {} }: AwsCall, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const name = failureName(error);
  const code = codes[name] ?? 'UNAVAILABLE';
  const metadata = asSdkError(error).$metadata;
  const isRefused = (metadata?.httpStatusCode ?? 500) < 500;
  const problemCode = problemCodes[name];
  return new PortError(system, code, `${system} did not do ${operation} (${name}).`, {
    certain: isRefused && (metadata?.attempts ?? 1) === 1,
    ...(code === 'THROTTLED' || code === 'UNAVAILABLE' ? { retryAfter: 5 } : {}),
    ...(problemCode ? { problemCode } : {}),
    cause: error,
  });
}
