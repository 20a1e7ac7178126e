/** Counts how often a property of some objects is read: a measure of work that does not depend on the machine. */
export class ReadsOf<T extends object> {
  /** The number of reads so far. */
  count = 0;
  readonly #property: keyof T;

  constructor(property: keyof T) {
    this.#property = property;
  }

  /** Counts the reads of an object from now on, and returns it. */
  in(object: T): T {
    const value = object[this.#property];
    const get = (): unknown => {
      this.count += 1;
      return value;
    };
    return Object.defineProperty(object, this.#property, { get });
  }
}
