import { Observable, type OperatorFunction } from 'rxjs';
import { operate } from './operate.ts';

/** Reads a body, which is text in UTF-8, in one piece when all of it has come. */
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
