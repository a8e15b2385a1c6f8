/* toast -- short news at the edge of the page; what went wrong stays until it is closed. */
export interface Toast {
	id: number;
	text: string;
	bad: boolean;
	/** Where more is. */
	href?: string;
	/** Take it back. */
	undo?: () => void;
}

const SHOWN_MS = 6000;
let next = 1;
let all = $state<Toast[]>([]);

export const toasts = {
	get all(): Toast[] {
		return all;
	},
	say(text: string, more: { bad?: boolean; href?: string; undo?: () => void } = {}): void {
		const toast: Toast = { id: next++, text, bad: more.bad ?? false, href: more.href, undo: more.undo };
		all = [...all.slice(-4), toast];
		if (!toast.bad) setTimeout(() => toasts.close(toast.id), SHOWN_MS);
	},
	close(id: number): void {
		all = all.filter((one) => one.id !== id);
	},
};
