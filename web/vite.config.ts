import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
	root: here('.'),
	base: '/',
	plugins: [svelte()],
	resolve: { alias: { $lib: here('lib') } },
	// The verifier of archives asks for node:fs where it runs as a program; that branch is a piece of its own, never read here.
	worker: { format: 'es' },
	build: {
		outDir: here('dist'),
		emptyOutDir: true,
		target: 'es2022',
		// A data: address is refused by the policy of the page; a file is not.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: true,
	},
});
