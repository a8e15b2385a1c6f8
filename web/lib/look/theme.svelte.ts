/* theme -- light or dark: as the machine says, or as the person chose. */
export type Theme = 'auto' | 'light' | 'dark';

const KEPT = 'fengsui.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const kept = localStorage.getItem(KEPT);
let chosen = $state<Theme>(kept === 'light' || kept === 'dark' ? kept : 'auto');

function show(): void {
	document.documentElement.dataset.theme = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
}

dark.addEventListener('change', show);
show();

export const theme = {
	get now(): Theme {
		return chosen;
	},
	set now(to: Theme) {
		chosen = to;
		localStorage.setItem(KEPT, to);
		show();
	},
};
