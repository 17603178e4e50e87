/** Text as Slack shows it literally, in mrkdwn and in a message's own text: the three characters with which mentions and
 *  links begin are escaped, so nobody's words can call a channel together. Source: Slack, "Formatting text for app
 *  surfaces". */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
