// Preloaded into a child process, whose pipes then look like a terminal of 80 columns and 24 rows.
import { WriteStream } from 'node:tty';

for (const stream of [process.stdout, process.stderr]) {
  Object.assign(stream, {
    isTTY: true,
    columns: 80,
    rows: 24,
    getColorDepth: () => WriteStream.prototype.getColorDepth.call(stream, process.env),
  });
}
