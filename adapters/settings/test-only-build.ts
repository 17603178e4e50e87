/** What a test-only build finds wrong with the environment that it starts in, as error lines. */
export type TestOnlyBuild = { startErrors(variables: NodeJS.ProcessEnv): string[] };

/** Undefined: this is the product. Only `npm run package:emulator` builds with another value, that of
 *  `scripts/build/emulator/start-checks.ts`. No variable changes it. */
export const testOnlyBuild: TestOnlyBuild | undefined = undefined;
