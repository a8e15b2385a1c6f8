/*
 * route -- the address of the page: which page, and what of it.
 *
 * Ordinary links work; the address can be sent to a colleague, and back goes back.
 */
let path = $state(location.pathname);
let search = $state(location.search);

function read(): void {
	path = location.pathname;
	search = location.search;
}

addEventListener('popstate', read);

/* A plain click on a link to a page of ours changes the page without loading it anew. */
addEventListener('click', (event) => {
	if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
	const link = (event.target as Element | null)?.closest?.('a');
	if (!link || link.origin !== location.origin || link.target || link.hasAttribute('download')) return;
	if (link.pathname.startsWith('/api/')) return;
	if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
	event.preventDefault();
	go(link.pathname + link.search + link.hash);
});

export function go(to: string, replace = false): void {
	if (replace) history.replaceState(null, '', to);
	else history.pushState(null, '', to);
	read();
}

export const route = {
	get path() {
		return path;
	},
	get query() {
		return new URLSearchParams(search);
	},
	/** Change some of the query; an empty value takes it away. */
	set(changes: Record<string, string | undefined>, replace = true): void {
		const query = new URLSearchParams(search);
		for (const [name, value] of Object.entries(changes))
			if (value) query.set(name, value);
			else query.delete(name);
		const text = query.toString();
		go(path + (text ? '?' + text : ''), replace);
	},
};

/** The values of `:name` where the path fits the pattern, else nothing. */
export function fit(pattern: string, at: string): Record<string, string> | undefined {
	const want = pattern.split('/');
	const have = at.replace(/(.)\/$/, '$1').split('/');
	const values: Record<string, string> = {};
	if (want.length !== have.length) return undefined;
	for (let i = 0; i < want.length; i++) {
		const w = want[i]!;
		const h = have[i]!;
		if (w.startsWith(':') && h) values[w.slice(1)] = decodeURIComponent(h);
		else if (w !== h) return undefined;
	}
	return values;
}
