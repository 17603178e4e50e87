/** Account ids that AWS uses in its documentation, and that emulators and the configuration as shipped have. AWS gives them to
 *  no customer, so a build is either for one of them or for the product. Source: AWS Style Guide for examples; IAM User
 *  Guide; 000000000000 is the default account of LocalStack and its successors. */
export const EXAMPLE_ACCOUNTS: ReadonlySet<string> = new Set([
  '000000000000',
  '111111111111',
  '111122223333',
  '123456789012',
  '444455556666',
  '555555555555',
  '777788889999',
  '999999999999',
]);

/** A test-only bundle holds this text. Packages of the product must not. */
export const TEST_ONLY_MARKER = 'ROLEWRIGHT_TEST_ONLY_BUILD_NOT_FOR_AWS';

/** The service, and so the prefix of every name in the stack, of test-only builds. */
export const TEST_ONLY_SERVICE = 'rolewright-emulator';
