/* ready -- a form that one can type into as it opens, and sends with Ctrl+Enter. */
export function ready(form: HTMLFormElement, first = 'input, select, textarea'): { destroy(): void } {
	// The dialog opens after its content stands; its own first focus is the button that closes it.
	const at = setTimeout(() => (form.querySelector<HTMLElement>(first) ?? form.querySelector<HTMLElement>('button'))?.focus());
	const key = (event: KeyboardEvent) => {
		if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
		event.preventDefault();
		form.requestSubmit();
	};
	form.addEventListener('keydown', key);
	return {
		destroy() {
			clearTimeout(at);
			form.removeEventListener('keydown', key);
		},
	};
}
