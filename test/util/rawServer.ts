import { afterEach } from 'vitest';
import { type RawServer, type RawServerOptions, startRawServer } from './startRawServer.ts';

export {
  type RawConnection,
  type RawRequest,
  type RawServer,
  type RawServerOptions,
  startRawServer,
} from './startRawServer.ts';

/** Returns a function that starts servers, which are closed with all their connections after each test. */
export function rawServers(): (options?: RawServerOptions) => Promise<RawServer> {
  const running: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((stop) => stop()));
  });
  return async (options = {}) => {
    const { server, stop } = await startRawServer(options);
    running.push(stop);
    return server;
  };
}
