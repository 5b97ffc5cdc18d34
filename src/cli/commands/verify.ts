// `vigie verify`: proves the deployment through its real endpoints; exit 2 when a check fails.

import { writeFileSync } from 'node:fs';
import { verify } from '../../verify/verify.ts';
import { type Io, writing } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { type Session, withSession } from '../session.ts';
import { verifyView } from '../views/verify.ts';

export async function run([file]: string[], options: CommonOptions, io: Io): Promise<number> {
  return withSession(file, options, io, (session) => proved(session, options, io));
}

/** Runs the checks and prints them; returns the exit code, 0 or 2. */
export async function proved(session: Session, options: CommonOptions, io: Io): Promise<number> {
  const verification = await verify(session.deployment, session.target, session.credentials, () => session.observe());
  if (options.junit !== undefined) {
    const { junit } = await import('../../verify/junit.ts');
    const report = junit(session.deployment.name, verification);
    const path = options.junit;
    writing(path, () => writeFileSync(path, report, { mode: 0o600 }));
  }
  if (io.json) io.document(verification);
  else io.out(verifyView(verification, { colour: io.colour, width: io.width }));
  return verification.failed > 0 || verification.checks.some((check) => check.result === 'unknown') ? 2 : 0;
}
