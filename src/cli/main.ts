#!/usr/bin/env node
import { nodeNeeded } from './nodeNeeded.ts';
import { stopSignal } from './stopSignal.ts';

const { argv, env, stdin, stdout, stderr, versions } = process;

// Not process.exit: what is still on its way to a pipe would be lost, and what was left open would not show.
process.exitCode = await main();

async function main(): Promise<number> {
  const needed = nodeNeeded(versions.node);
  if (needed !== undefined) {
    stderr.write(`rxgroq: This is Node ${versions.node}, but ${needed} or newer is needed.\n`);
    return 1;
  }
  // Not before: on an older Node some of what it imports fails, in words that nobody understands.
  const { runCli } = await import('./runCli.ts');
  return runCli(argv.slice(2), { stdin, stdout, stderr, env, signal: stopSignal() });
}
