import { Observable, type OperatorFunction } from 'rxjs';
import { operate } from './operate.ts';

/** Emits a UTF-8 body as one text when it is complete. */
export function wholeBody(): OperatorFunction<Uint8Array, string> {
  return (source) =>
    new Observable((destination) => {
      const pieces: Uint8Array[] = [];
      source.subscribe(
        operate({
          destination,
          next: (bytes) => {
            pieces.push(bytes);
          },
          complete: () => {
            destination.next(Buffer.concat(pieces).toString('utf8'));
            destination.complete();
          },
        }),
      );
    });
}
