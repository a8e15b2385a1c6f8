/* every -- do something again and again while somebody looks; made while a component is set up. */
export function every(seconds: number, act: () => void): void {
	$effect(() => {
		const timer = setInterval(() => document.hidden || act(), seconds * 1000);
		const seen = () => document.hidden || act();
		document.addEventListener('visibilitychange', seen);
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', seen);
		};
	});
}
