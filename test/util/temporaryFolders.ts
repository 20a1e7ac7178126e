import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** A folder for the files of a test. */
export interface TemporaryFolder {
  /** Where the folder is, which is made when it is first asked for. */
  readonly path: string;
  /** Writes a file, of text as it is or of JSON, and gives its path. */
  write(name: string, content: unknown): string;
}

/** Gives a folder which is empty for each test and gone after it. */
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
