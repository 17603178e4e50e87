import { readFileSync } from 'node:fs';

/** The page that shows the stand-in's channels, messages and modals in a browser, and lets a person press their
 *  buttons. One file, no build. */
export const slackPage = readFileSync(new URL('page.html', import.meta.url), 'utf8');
