import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** A folder for the files of a test. */
export interface TemporaryFolder {
  /** The path of the folder, which is created on first use. */
  readonly path: string;
  /** Writes a file, text unchanged and other content as JSON, and returns its path. */
  write(name: string, content: unknown): string;
}

/** Returns a folder that is empty for each test and removed after it. */
export function temporaryFolders(): TemporaryFolder {
  let path: string | undefined;
  const made = (): string => (path ??= mkdtempSync(join(tmpdir(), 'rxgroq-')));
  afterEach(() => {
    if (path !== undefined) rmSync(path, { recursive: true });
    path = undefined;
  });
  return {
    get path() {
      return made();
    },
    write: (name, content) => {
      const file = join(made(), name);
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
  };
}
