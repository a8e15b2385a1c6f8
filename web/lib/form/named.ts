/* named -- which field the daemon's words are about: "aware_at (Aware at): …", "unit: …", "scores.business: …", "blob[2]: …". */
import type { Problem } from '../ask/problem';

export const named_field = (problem: Problem): string | undefined => /^(\w+)(?:\[\d+\]|\.\w+)?(?: \([^)]*\))?: /.exec(problem.en)?.[1];
