/** An error as AWS puts it on the wire: a code, a message for people and an HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const validationError = (message: string) => new AwsError(400, 'ValidationError', message);
export const invalidInput = (message: string) => new AwsError(400, 'InvalidInput', message);
export const noSuchEntity = (message: string) => new AwsError(404, 'NoSuchEntity', message);
export const alreadyExists = (message: string) => new AwsError(409, 'EntityAlreadyExists', message);
export const limitExceeded = (message: string) => new AwsError(409, 'LimitExceeded', message);
export const deleteConflict = (message: string) => new AwsError(409, 'DeleteConflict', message);
export const malformedPolicy = (message: string) => new AwsError(400, 'MalformedPolicyDocument', message);
export const accessDenied = (message: string) => new AwsError(403, 'AccessDenied', message);
