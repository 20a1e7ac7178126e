// Lets a child process believe that it runs on a Node of two years ago.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
