import type { Transport } from '../../ports/Transport.ts';

/** A text of the server without the transport's secrets. If they cannot be removed, nothing of it is shown. */
export function redacted(text: string, transport: Transport | undefined): string {
  try {
    return transport?.redact?.(text) ?? text;
  } catch {
    return '…';
  }
}
