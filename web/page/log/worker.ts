/*
 * worker -- start the verifier beside the page.
 *
 * Under trusted types the address of a worker must be vouched for; the one policy vouches for the one address that the
 * build made, and for no other (src/gate/pages/visit.c names it).
 */
import address from './verify.worker.ts?worker&url';

interface Policy {
	createScriptURL(url: string): string;
}
interface Factory {
	createPolicy(name: string, rules: Policy): Policy;
}
const factory = (globalThis as unknown as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy('fengsui-worker', {
	createScriptURL: (url) => {
		if (url !== address) throw new TypeError('not the verifier');
		return url;
	},
});

export const verifier_start = (): Worker => new Worker(policy ? policy.createScriptURL(address) : address, { type: 'module' });
