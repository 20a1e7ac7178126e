import { EMPTY, from, lastValueFrom, type Observable, takeUntil } from 'rxjs';
import { timeouts } from '../operators/timeouts.ts';
import type { Config } from './config.ts';

/** Makes a connection for a request that is still to come, as far as the transport can. */
export function connect(config: Config, closed$: Observable<never>): Promise<void> {
  const { transport, scheduler } = config;
  const opened$: Observable<void> = transport.connect === undefined ? EMPTY : from(transport.connect());
  return lastValueFrom(opened$.pipe(timeouts({ connect: config.timeouts.connect, scheduler }), takeUntil(closed$)), {
    defaultValue: undefined,
  });
}
