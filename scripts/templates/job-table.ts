import type { Job } from '../jobs/job-schema.ts';
import { rowText } from '../jobs/jobs.ts';

/** The rows of `| tool | does | comes out |` for one job: what its tools do, and the neighbouring calls. */
export const jobRows = (job: Job): string[][] => [
  ...job.allowed.map((row) => [row.tool ?? toolOf(row), code(rowText(row)), 'allowed']),
  ...job.refused.map((row) => [row.why, code(rowText(row)), 'refused']),
];

const toolOf = (row: Job['allowed'][number]): string => {
  if (!('run' in row)) return 'boto3';
  return row.run.startsWith('sam ') ? 'SAM CLI' : 'AWS CLI';
};

/** The longest text of a row that is shown whole, in characters. */
const LONGEST = 160;

const code = (text: string): string =>
  `\`${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}\``.replaceAll('\n', ' ');
