import * as z from 'zod';

/** The origin of a web page as a browser sends it: a scheme and a host, and a port that is not the scheme's own. Without TLS
 *  only a page of the reader's own machine. */
const ORIGIN =
  /^(?:https:\/\/(?=.{1,253}(?::|$))[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|http:\/\/(?:localhost|127\.0\.0\.1))(?::(?!443$|80$)[1-9]\d{0,4})?$/;

/** Which web pages may call the API from a browser. Absent: none. */
export const corsSchema = z.strictObject({
  origins: z
    .array(
      z
        .string()
        .regex(
          ORIGIN,
          'must be an origin as browsers send it, such as https://portal.example.com; no * and no path',
        ),
    )
    .min(1)
    .max(100),
  /** Seconds for which a browser keeps the answer to its preflight. */
  maxAge: z.int().min(0).max(86_400).default(600),
});

/** See `corsSchema`. */
export type CorsSettings = z.infer<typeof corsSchema>;
