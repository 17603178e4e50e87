import { expect, test } from '@jest/globals';
import { toPortError } from '../../../adapters/aws/error-meanings.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import { sdkError } from '../../support/adapters/failures.ts';

const codes: [name: string, code: string][] = [
  ['NoSuchEntityException', 'NOT_FOUND'],
  ['NoSuchEntity', 'NOT_FOUND'],
  ['ConcurrentModificationException', 'CONFLICT'],
  ['ConcurrentModification', 'CONFLICT'],
  ['DeleteConflictException', 'CONFLICT'],
  ['DeleteConflict', 'CONFLICT'],
  ['Throttling', 'THROTTLED'],
  ['ThrottlingException', 'THROTTLED'],
  ['TooManyRequestsException', 'THROTTLED'],
  ['RequestLimitExceeded', 'THROTTLED'],
  ['ProvisionedThroughputExceededException', 'THROTTLED'],
  ['AccessDenied', 'DENIED'],
  ['AccessDeniedException', 'DENIED'],
  ['InvalidClientTokenId', 'DENIED'],
  ['UnrecognizedClientException', 'DENIED'],
  ['ExpiredToken', 'DENIED'],
  ['ExpiredTokenException', 'DENIED'],
  ['SignatureDoesNotMatch', 'DENIED'],
  ['CredentialsProviderError', 'DENIED'],
  ['LimitExceededException', 'REJECTED'],
  ['MalformedPolicyDocumentException', 'REJECTED'],
  ['InvalidInputException', 'REJECTED'],
  ['ValidationError', 'REJECTED'],
  ['ValidationException', 'REJECTED'],
  ['UnmodifiableEntityException', 'REJECTED'],
  ['ResourceNotFoundException', 'UNAVAILABLE'],
  ['ServiceFailureException', 'UNAVAILABLE'],
  ['InternalServerError', 'UNAVAILABLE'],
  ['OpenIdIdpCommunicationErrorException', 'UNAVAILABLE'],
  ['TimeoutError', 'UNAVAILABLE'],
  ['AbortError', 'UNAVAILABLE'],
  ['SomethingNew', 'UNAVAILABLE'],
];

const translate = (error: unknown) => toPortError({ system: 'IAM', operation: 'CreateRole' }, error);

test.each(codes)('%s is %s', (name, code) => {
  expect(translate(sdkError(name))).toMatchObject({ name: 'PortError', system: 'IAM', code });
});

test('what may pass says when to try again; what is final does not', () => {
  for (const [name, code] of codes) {
    const isPassing = code === 'THROTTLED' || code === 'UNAVAILABLE';
    expect([name, typeof translate(sdkError(name)).retryAfter]).toEqual([
      name,
      isPassing ? 'number' : 'undefined',
    ]);
  }
});

test('only a refusal of the first and only attempt is certain to be without effect', () => {
  const certain = (metadata?: { httpStatusCode?: number; attempts?: number }) =>
    translate(Object.assign(sdkError('AccessDenied'), { $metadata: metadata })).certain;
  expect(certain({ httpStatusCode: 403, attempts: 1 })).toBe(true);
  expect(certain({ httpStatusCode: 403 })).toBe(true);
  expect(certain({ httpStatusCode: 403, attempts: 2 })).toBe(false);
  expect(certain({ httpStatusCode: 500, attempts: 1 })).toBe(false);
  expect(certain({ attempts: 1 })).toBe(false);
  expect(certain(undefined)).toBe(false);
});

test('the sentence names the operation and the code, and nothing of what AWS wrote', () => {
  const { message } = translate(sdkError('AccessDenied'));
  expect(message).toBe('IAM did not do CreateRole (AccessDenied).');
});

test('a refusal has a problem code of its own only where the call gives it one', () => {
  const error = sdkError('LimitExceededException');
  expect(translate(error).problemCode).toBeUndefined();
  const given = toPortError(
    { system: 'IAM', operation: 'CreateRole', problemCodes: { LimitExceededException: 'QUOTA_EXCEEDED' } },
    error,
  );
  expect(given.problemCode).toBe('QUOTA_EXCEEDED');
});

test('an error of the port stays what it is', () => {
  const error = new PortError('IAM', 'CONFLICT', 'as it was', { certain: true });
  expect(translate(error)).toBe(error);
});

test('what is no error at all is unavailable and uncertain', () => {
  for (const thrown of [undefined, null, 'text', 7, {}]) {
    expect(translate(thrown)).toMatchObject({ code: 'UNAVAILABLE', certain: false });
  }
});
