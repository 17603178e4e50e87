import { jest } from '@jest/globals';

/** Takes the real waiting out of the SDK's retries: its back-off is a random part of a delay, so a die that always falls
 *  on 0 has none. */
export function hurry(): void {
  jest.spyOn(Math, 'random').mockReturnValue(0);
}
