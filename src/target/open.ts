// Which target a topology names, opened: the one place that knows them all.

import type { Deployment } from '../desired/deployment.ts';
import { VigieError } from '../shared/errors.ts';
import { localTarget } from './local.ts';
import type { Target } from './target.ts';

/** `stateDir` is the absolute state folder of this deployment. Throws TARGET_UNAVAILABLE for a target of a later version. */
export function openTarget(deployment: Deployment, stateDir: string): Target {
  switch (deployment.target) {
    case 'local':
      return localTarget(deployment, stateDir);
    case 'ssh':
    case 'compose':
    case 'kubernetes':
      throw new VigieError('TARGET_UNAVAILABLE', `${deployment.name} asks for target ${deployment.target}; this version runs target local`);
  }
}
