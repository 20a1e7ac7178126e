/** A package that is not installed here: whoever needs it brings it along. */
declare module 'llama3-tokenizer-js' {
  const tokenizer: import('../../src/operators.ts').Llama3Tokenizer;
  export default tokenizer;
}
