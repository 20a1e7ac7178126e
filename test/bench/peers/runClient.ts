import { getEventListeners } from 'node:events';

/** A request to a client. */
export interface Call {
  readonly client: string;
  readonly url: string;
  readonly key?: string | undefined;
  readonly stream: boolean;
  /** The piece after which its signal is aborted. */
  readonly abortAfter?: number | undefined;
  /** The number of consecutive requests. */
  readonly times: number;
}

/** The result of a request. */
export interface Ran {
  readonly text: string;
  /** The finish reason, or the error. */
  readonly finish?: string | undefined;
  readonly error?: string | undefined;
  /** The printed error. */
  readonly shown: string;
  readonly unhandled: number;
  readonly listeners: number;
  /** The growth of the memory of the process, in megabytes. */
  readonly megabytes: number;
}

interface ClientCall extends Omit<Call, 'client' | 'times' | 'abortAfter'> {
  readonly signal: AbortSignal;
  readonly heard: (text: string) => void;
}

/** Runs one client against one server, in a separate process, and sends the result to its parent. */
async function run({ client, times, abortAfter, ...call }: Call): Promise<Ran> {
  const file = new URL('clients.mjs', import.meta.url).href;
  const { clients } = (await import(file)) as {
    clients: Record<string, (call: ClientCall) => Promise<string | undefined>>;
  };
  let unhandled = 0;
  process.on('unhandledRejection', () => (unhandled += 1));
  process.on('uncaughtException', () => (unhandled += 1));
  const controller = new AbortController();
  const before = process.memoryUsage().rss;
  let text = '';
  let pieces = 0;
  const heard = (piece: string): void => {
    text += piece;
    if (piece !== '' && ++pieces === abortAfter) controller.abort();
  };
  let end: Pick<Ran, 'finish' | 'error' | 'shown'> = { shown: '' };
  for (let time = 0; time < times; time++) {
    try {
      end = { finish: await clients[client]?.({ ...call, signal: controller.signal, heard }), shown: '' };
    } catch (error) {
      const { name, constructor, message } = error as Error;
      end = { error: name === 'Error' ? constructor.name : name, shown: `${message} ${JSON.stringify(error)}` };
    }
  }
  const megabytes = Math.round((process.memoryUsage().rss - before) / 1_048_576);
  // Uncaught exceptions may come a little later.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { text, ...end, unhandled, listeners: getEventListeners(controller.signal, 'abort').length, megabytes };
}

const ran = await run(JSON.parse(process.argv[2] ?? '{}') as Call);
process.send?.(ran, () => {
  process.exit();
});
