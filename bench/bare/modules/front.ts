/** The function `front` uses no SDK client and reads no input: an empty handler. */
export const handler = async () => [];
