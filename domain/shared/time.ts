import * as z from 'zod';

/** An instant as ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T09:00:00.000Z`; sorts as text. */
export const instantSchema = z.iso.datetime({ precision: 3 }).brand<'Instant'>();
/** See `instantSchema`. */
export type Instant = z.infer<typeof instantSchema>;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMilliseconds = number & z.core.$brand<'EpochMilliseconds'>;

/** An epoch time from a number that counts its milliseconds; NaN stays NaN. */
export const epochTime = (milliseconds: number): EpochMilliseconds => milliseconds as EpochMilliseconds;

/** A whole number of seconds: a lifetime, a delay, an age. */
export const secondsSchema = z.int().brand<'Seconds'>();
/** See `secondsSchema`. */
export type Seconds = z.infer<typeof secondsSchema>;

/** Seconds from a number that counts them. */
export const seconds = (count: number): Seconds => count as Seconds;

/** `at` moved by `milliseconds`, which may be negative. */
export const later = (at: EpochMilliseconds, milliseconds: number): EpochMilliseconds =>
  epochTime(at + milliseconds);

/** The instant of an epoch time. Pure: the domain reads no clock, it converts. */
export const toInstant = (at: EpochMilliseconds): Instant => new Date(at).toISOString() as Instant;

/** The epoch time of an instant. */
export const toEpoch = (at: Instant): EpochMilliseconds => epochTime(Date.parse(at));

/** The epoch time of any text that is a date in ECMAScript's terms, as AWS and settings write them; NaN for other text. */
export const epochOf = (text: string): EpochMilliseconds => epochTime(Date.parse(text));

/** `at` moved by `duration`, which may be negative. */
export const plusSeconds = (at: Instant, duration: Seconds): Instant =>
  toInstant(later(toEpoch(at), duration * 1000));

const DURATION = /^P(?:([1-9]\d{0,3})D|T([1-9]\d{0,4})H)$/;
const LONGEST_SECONDS = 3650 * 86_400;

/** Seconds of a duration in days `PnD` or hours `PTnH`, 1 hour to 3 650 days (our choice: no grant needs more than
 *  ten years); undefined for anything else. */
export function parseDuration(text: string): Seconds | undefined {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  const duration = seconds(match[1] ? Number(match[1]) * 86_400 : Number(match[2]) * 3600);
  return duration <= LONGEST_SECONDS ? duration : undefined;
}

/** A duration in seconds as `parseDuration` reads it: in days where it is whole days, else in hours. */
export const durationText = (duration: Seconds): string =>
  duration % 86_400 === 0 ? `P${duration / 86_400}D` : `PT${duration / 3600}H`;
