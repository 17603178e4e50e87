/** The errors that prevent a start; the message lists all of them. */
export class StartFailure extends Error {
  readonly errors: readonly string[];

  constructor(errors: readonly string[]) {
    super(`Rolewright cannot start:\n${errors.map((fieldError) => `  - ${fieldError}`).join('\n')}`);
    this.name = 'StartFailure';
    // The stack is useless for an error in the settings.
    this.stack = this.message;
    this.errors = errors;
  }
}
