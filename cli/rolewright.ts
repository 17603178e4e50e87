#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { runCommand } from './commands.ts';
import { openPage } from './login/open-page.ts';

// A reader that has seen enough, such as `head`, closes the pipe: that is no failure of the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommand(process.argv.slice(2), {
  write: (output) => process.stdout.write(output),
  writeError: (output) => process.stderr.write(output),
  readInput: () => text(process.stdin),
  openPage,
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  hasColours: process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  now: Date.now(),
  variables: process.env,
});
