import type { IncomingMessage } from 'node:http';

/** The largest body that is read, in bytes. */
const LARGEST = 32 * 1024 * 1024;

/** Reads the body of a request; undefined if it is too large. Rejects if the client disconnects. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    // The rest is read and dropped, since a client that is still sending would not read an answer.
    if (size <= LARGEST) parts.push(part);
  }
  return size > LARGEST ? undefined : Buffer.concat(parts).toString('utf8');
}
