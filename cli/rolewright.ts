#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { runCommand } from './commands.ts';

process.exitCode = await runCommand(process.argv.slice(2), {
  write: (output) => process.stdout.write(output),
  writeError: (output) => process.stderr.write(output),
  readInput: () => text(process.stdin),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  hasColours: process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  now: Date.now(),
});
