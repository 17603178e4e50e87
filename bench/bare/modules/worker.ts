import { deliveries } from '../clients/deliveries.ts';
import { functions } from '../clients/functions.ts';
import { records } from '../clients/records.ts';
import { secrets } from '../clients/secrets.ts';
import { slack } from '../clients/slack.ts';

const clients = [deliveries, functions, records, secrets, slack];

/** The clients of the function `worker`, and nothing else. */
export const handler = async () => clients;
