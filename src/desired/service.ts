// A process to be kept: what a runtime needs to know of it, whoever renders it and wherever it runs.

export interface Service {
  id: string;
  /** Absolute. */
  dir: string;
  /** argv, run with the directory as working directory; contains no secret. A bare program name is looked up on PATH and in the sbin directories. */
  command: string[];
  /** Gets the output of the command; relative to the directory. */
  log: string;
  /** Log files that the server itself writes, opening them for each line: turned over at a start like `log`. */
  ownLogs: string[];
  stopTimeoutMs: number;
  /** Rendered files, relative to the directory: facts tell which are there, with their SHA-256. */
  files: string[];
  /** Absolute directories outside `dir` that must exist, 0700 and ours, before the start (a socket's folder under /tmp). */
  privateDirs: string[];
}
