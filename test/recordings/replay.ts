import { afterAll, beforeAll } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import { chunk, head, LAST_CHUNK } from '../util/http.ts';
import { type RawServer, startRawServer } from '../util/rawServer.ts';
import type { Recording } from './recordings.ts';

/**
 * How an answer is cut: as recorded, in one piece, or into its bytes. Each piece is an HTTP chunk, which a client
 * receives separately even when the network joins several. `torn` is cut below HTTP: each byte of the connection,
 * including the head, is written in a separate turn.
 */
export type Cut = 'recorded' | 'whole' | 'bytes' | 'torn';

/** A server that replays recordings. */
export interface Replay {
  /** The base URL under which a recording is replayed, cut in this way. */
  url(index: number, cut: Cut): string;
  readonly server: RawServer;
  stop(): Promise<void>;
}

/** Runs a server that replays recordings during the tests of the calling block. */
export function replaying(recordings: readonly Recording[]): {
  replay: () => Replay;
  /** A client whose requests are all answered with one recording. */
  clientOf: (index: number, cut: Cut) => Groq;
} {
  const clients: Groq[] = [];
  let replay: Replay | undefined;
  const running = (): Replay => {
    if (replay === undefined) throw new Error('the server runs only while tests do');
    return replay;
  };
  beforeAll(async () => {
    replay = await startReplay(recordings);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await running().stop();
  });
  return {
    replay: running,
    clientOf: (index, cut) => {
      const client = createGroq({
        apiKey: 'gsk_x',
        baseURL: running().url(index, cut),
        limits: false,
        allowRetired: true,
        counter: constantCounter(1),
        retry: { count: 0 },
      });
      clients.push(client);
      return client;
    },
  };
}

/** Starts a server that answers each request with the recording that its base URL names. */
async function startReplay(recordings: readonly Recording[]): Promise<Replay> {
  const { server, stop } = await startRawServer({
    answer: ({ path, connection: { socket } }) => {
      const [, cut, index] = path.split('/');
      const recording = recordings[Number(index)];
      if (recording === undefined) throw new Error(`no recording ${path}`);
      writeInTurns(piecesOf(recording, cut as Cut), (piece) => socket.write(piece));
    },
  });
  return { url: (index, cut) => `${server.url}/${cut}/${index}`, server, stop };
}

/** The writes to the connection in order, each in a separate turn. */
export function piecesOf({ response, transport_chunk_bytes: sizes }: Recording, cut: Cut): Buffer[] {
  const { status, headers, sse, body } = response;
  const bytes = Buffer.from(sse ?? `${JSON.stringify(body)}\n`);
  const contentType = sse === undefined ? 'application/json' : 'text/event-stream';
  const first = Buffer.from(head(status, { 'content-type': contentType, ...headers, 'transfer-encoding': 'chunked' }));
  const last = Buffer.from(LAST_CHUNK);
  switch (cut) {
    case 'recorded':
      return [first, ...pieces(bytes, sizes ?? eventSizes(bytes)).map(chunk), last];
    case 'whole':
      return [Buffer.concat([first, chunk(bytes), last])];
    case 'bytes':
      return [first, Buffer.concat([...Array.from(bytes, (byte) => chunk(Uint8Array.of(byte))), last])];
    case 'torn':
      return Array.from(Buffer.concat([first, ...pieces(bytes, eventSizes(bytes)).map(chunk), last]), (byte) =>
        Buffer.of(byte),
      );
  }
}

/** Cuts bytes into pieces of these sizes. */
function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  let at = 0;
  return sizes.map((size) => bytes.subarray(at, (at += size)));
}

/** The sizes of the events of a stream, if no pieces were recorded. */
const eventSizes = (bytes: Buffer): number[] =>
  bytes
    .toString('latin1')
    .split(/(?<=\n\n)/)
    .map(({ length }) => length);

function writeInTurns(pieces: readonly Buffer[], write: (piece: Buffer) => void): void {
  const [piece, ...rest] = pieces;
  if (piece === undefined) return;
  write(piece);
  setImmediate(writeInTurns, rest, write);
}
