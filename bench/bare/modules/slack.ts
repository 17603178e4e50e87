import { deliveries } from '../clients/deliveries.ts';
import { functions } from '../clients/functions.ts';
import { secrets } from '../clients/secrets.ts';
import { slack } from '../clients/slack.ts';

const clients = [deliveries, functions, secrets, slack];

/** The clients of the function `slack`, and nothing else. */
export const handler = async () => clients;
