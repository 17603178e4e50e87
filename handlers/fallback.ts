import { fallbackEndpoint } from './http/routes/fallback.ts';

/** Answers what no other function takes. Its lines have the shape that the other functions' logger writes, without the
 *  logger. */
export const handler = fallbackEndpoint({
  report: (line) => {
    const { status } = line;
    const isFailure = Number(status) >= 500;
    const head = {
      level: isFailure ? 'ERROR' : 'INFO',
      message: isFailure ? 'request failed' : 'request refused',
      service: 'rolewright',
      timestamp: new Date().toISOString(),
    };
    console.log(JSON.stringify({ ...head, ...line }));
  },
});
