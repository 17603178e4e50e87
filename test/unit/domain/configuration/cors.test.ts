import { describe, expect, test } from '@jest/globals';
import { corsSchema } from '../../../../domain/configuration/cors.ts';
import { httpApiCors } from '../../../../scripts/build/cors.ts';

describe('an origin of a web page', () => {
  test.each([
    'https://portal.example.com',
    'https://portal.example.com:8443',
    'https://localhost',
    'http://localhost:5173',
    'http://127.0.0.1:3001',
  ])('is %s', (origin) => {
    expect(corsSchema.safeParse({ origins: [origin] }).data).toEqual({ origins: [origin], maxAge: 600 });
  });

  test.each([
    '*',
    'https://*',
    'https://*.example.com',
    'https://portal.example.com/',
    'https://portal.example.com/app',
    'https://Portal.example.com',
    'https://portal.example.com:443',
    'http://portal.example.com',
    'https://user@portal.example.com',
    'https://portal.example.com\n',
    'null',
    '',
  ])('is not %j', (origin) => {
    expect(corsSchema.safeParse({ origins: [origin] }).success).toBe(false);
  });
});

test('web pages may call nothing unless the configuration names them', () => {
  expect(httpApiCors(undefined)).toBe(false);
  expect(corsSchema.safeParse({ origins: [] }).success).toBe(false);
});

test('a web page that is named may send what the API takes, and read what it answers, without cookies', () => {
  const cors = httpApiCors({ origins: ['https://portal.example.com'], maxAge: 60 });
  expect(cors).toMatchObject({
    allowedOrigins: ['https://portal.example.com'],
    allowedMethods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: expect.arrayContaining(['authorization', 'content-type', 'if-none-match']),
    exposedResponseHeaders: expect.arrayContaining(['etag', 'location', 'retry-after', 'x-request-id']),
    maxAge: 60,
  });
  expect(cors).not.toHaveProperty('allowCredentials');
});
