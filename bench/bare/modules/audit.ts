import { records } from '../clients/records.ts';

const clients = [records];

/** The clients of the function `audit`, and nothing else. */
export const handler = async () => clients;
