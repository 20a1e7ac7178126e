/** An optional package of the application, which is not installed here. */
declare module 'llama3-tokenizer-js' {
  const tokenizer: import('../../src/operators.ts').Llama3Tokenizer;
  export default tokenizer;
}
