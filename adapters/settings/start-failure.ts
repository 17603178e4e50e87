/** The errors of everything that must be right before a function may start; the message lists all of them. */
export class StartFailure extends Error {
  readonly errors: readonly string[];

  constructor(errors: readonly string[]) {
    super(`Rolewright cannot start:\n${errors.map((fieldError) => `  - ${fieldError}`).join('\n')}`);
    this.name = 'StartFailure';
    // Where in the code an error of the settings was found helps nobody.
    this.stack = this.message;
    this.errors = errors;
  }
}
