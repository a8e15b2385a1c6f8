/* way -- the ordinary course of a report upward: the state it comes to, and the move that brings it there. */
import type { MoveName, StateOf } from '../plan/plan';

type Life = StateOf<'upward_report', 'life'>;

export const WAY: readonly { state: Life; move?: MoveName<'upward_report'> }[] = [
	{ state: 'open' },
	{ state: 'drafted', move: 'draft' },
	{ state: 'approved', move: 'approve' },
	{ state: 'sent', move: 'send' },
	{ state: 'receipted', move: 'receipt' },
];

/** The move that takes it on from where it stands. */
export const forward = (life: string | undefined): MoveName<'upward_report'> | undefined => WAY[WAY.findIndex((one) => one.state === life) + 1]?.move;
