/** The function `fallback` uses no SDK client and reads no input: an empty handler. */
export const handler = async () => [];
