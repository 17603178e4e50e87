/** The faults of everything that must be right before a function may start; the message lists all of them. */
export class StartFailure extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Rolewright cannot start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'StartFailure';
    // Where in the code a fault of the settings was found helps nobody.
    this.stack = this.message;
    this.faults = faults;
  }
}
