// A rendered file: text in which secrets stand as names (shared/template.ts), and how it is to be written.

export interface RenderedFile {
  /** Relative to the node's directory. */
  path: string;
  mode: number;
  text: string;
  /** `seed`: the server rewrites it afterwards, so it is written only where no file exists. `owned`: ours, written whenever it differs. */
  ownership: 'seed' | 'owned';
}
