import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ValidationError } from '../errors/ValidationError.ts';
import { checked } from '../rules/request/validation.ts';
import { handleRequest } from './handleRequest.ts';
import { BASE_PATH } from './route.ts';
import { createSimulation } from './Simulation.ts';
import { resolveOptions, type SimulatorOptions } from './SimulatorOptions.ts';
import type { SimulatorStats } from './SimulatorStats.ts';
import { simulatorOptionsSchema } from './simulatorOptionsSchema.ts';

/** It only listens on the local machine. */
const HOST = '127.0.0.1';

/** The subject of errors. */
const SUBJECT = 'The options of startSimulator';

/** A running simulator. */
export interface Simulator {
  /** The base URL for clients. It ends in `/openai/v1`. */
  readonly url: string;
  /** Its statistics so far. */
  stats(): SimulatorStats;
  /** Ends every connection and timer, and resolves when nothing is left. It may be called repeatedly. */
  close(): Promise<void>;
}

/**
 * Starts a local server that answers as Groq does, with Groq's limits, headers, errors and streams, to test an
 * application without a key and without cost.
 *
 * It serves chat completions, streamed or not, and the model list, and accepts any key. By default it has the limits of
 * the free plan. Its clock can run faster, so that a minute of waiting takes seconds.
 *
 * @example
 * const faults = [{ kind: 'status', status: 503, retryAfter: 0 }] as const;
 * const simulator = await startSimulator({ faults, reply: () => 'Because of the air.' });
 * const groq = createGroq({ baseURL: simulator.url, apiKey: 'any' });
 *
 * await lastValueFrom(groq.ask('Why is the sky blue?')); // retried once
 * simulator.stats().byStatus; // => { '200': 1, '503': 1 }
 *
 * await groq.close();
 * await simulator.close();
 * @param options See {@link SimulatorOptions}.
 * @throws {ValidationError} when an option is invalid or the port is in use.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  checked(simulatorOptionsSchema, options, SUBJECT, 'Correct the option; nothing was started.');
  const simulation = createSimulation(resolveOptions(options));
  const { recorder, clock } = simulation;

  const server = createServer((request, response) => void handleRequest(simulation, request, response));
  // The server never closes an idle connection by itself, since a request may be on its way: neither one that was used,
  // nor one that was opened ahead, which Node takes for a request that is too slow.
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    recorder.connected();
    sockets.add(socket);
    socket.on('close', () => {
      recorder.disconnected();
      sockets.delete(socket);
    });
  });
  const port = await listen(server, simulation.options.port);

  let closed: Promise<void> | undefined;
  return {
    url: `http://${HOST}:${port}${BASE_PATH}`,
    stats: () => recorder.stats(clock.now()),
    close: () => (closed ??= stop(server, sockets)),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const got = `${port}, which is ${error.code === 'EADDRINUSE' ? 'taken' : `refused (${error.code ?? 'unknown'})`}`;
      const issue = { path: 'port', expected: 'a free port', got };
      reject(new ValidationError(SUBJECT, [issue], 'Choose another port, or 0 for any.'));
    });
    server.listen(port, HOST, () => {
      // A TCP server that listens has such an address: only pipes have a name instead.
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function stop(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const ended = new Promise((resolve) => {
    server.close(resolve);
  });
  // The server has ended a little before its connections, and with them the requests that were in flight.
  const left = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  server.closeAllConnections();
  await Promise.all([ended, ...left]);
}
