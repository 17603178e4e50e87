import type { Json } from './http.ts';

/** The body of a request for a static site. */
export const siteBody = (repository: string | { fullName: string }, bucket: string, more: Json = {}) => ({
  repository: typeof repository === 'string' ? repository : repository.fullName,
  template: 's3-static-site',
  parameters: { bucket, ...more } as Json,
});

/** The permissions policy of a static site. */
export const siteOf = (bucket: string, distribution?: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'ListBucket',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [`arn:aws:s3:::${bucket}`],
      Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
    },
    {
      Sid: 'PublishObjects',
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:DeleteObject', 's3:GetObject'],
      Resource: [`arn:aws:s3:::${bucket}/*`],
      Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
    },
    ...(distribution === undefined
      ? []
      : [
          {
            Sid: 'Invalidate',
            Effect: 'Allow',
            Action: ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'],
            Resource: [`arn:aws:cloudfront::111122223333:distribution/${distribution}`],
          },
        ]),
  ],
});
