#!/usr/bin/env node
import { runCli } from './runCli.ts';
import { stopSignal } from './stopSignal.ts';

const { argv, env, stdin, stdout, stderr } = process;

// Not process.exit: what is still on its way to a pipe would be lost, and what was left open would not show.
process.exitCode = await runCli(argv.slice(2), { stdin, stdout, stderr, env, signal: stopSignal() });
