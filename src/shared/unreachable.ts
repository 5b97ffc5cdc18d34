// Why something was not seen: the words that every layer uses for it.

/** `refused`: nothing listens. `timeout`: silence within the deadline. `auth`: it answers, but not to our credentials.
 *  `loading`: it is reading its data. `gone`: the connection ended in between. `failed`: anything else, see the detail. */
export type Unreachable = 'refused' | 'timeout' | 'auth' | 'loading' | 'gone' | 'failed' | 'not-asked';
