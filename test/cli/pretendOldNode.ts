// Makes a child process report an old version of Node.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
