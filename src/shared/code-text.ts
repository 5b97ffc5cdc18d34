// What is told about one code, by `vigie explain` and on its page in the documents.

export interface CodeText {
  exit: 1 | 2 | 64 | 130;
  /** A few words, sentence case, no full stop. */
  title: string;
  /** What is the case and why it matters: one to five plain sentences. */
  explanation: string;
  /** The next command to type or thing to change, when the place that raised it has nothing more precise. */
  next: string;
}
