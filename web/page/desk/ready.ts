/* ready -- a form that one can type into as it opens, and sends with Ctrl+Enter. */
export function ready(node: HTMLElement, first = 'input, select, textarea'): { destroy(): void } {
	// The dialog opens after its content stands; its own first focus is the button that closes it.
	const at = setTimeout(() => (node.querySelector<HTMLElement>(first) ?? node.querySelector<HTMLElement>('button'))?.focus());
	const key = (event: KeyboardEvent) => {
		if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
		event.preventDefault();
		(node instanceof HTMLFormElement ? node : node.querySelector('form'))?.requestSubmit();
	};
	node.addEventListener('keydown', key);
	return {
		destroy() {
			clearTimeout(at);
			node.removeEventListener('keydown', key);
		},
	};
}
