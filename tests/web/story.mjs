// story -- a test told in steps, each of which needs those before it, by people who each have a browser of their own.
//
//     const story = new Story('s02');
//     const { as, step, shown } = story;
//     before(() => story.open());
//     after(() => story.close());
//     step('the duty officer takes it', async () => move(await as('dut01'), …));
//
// A person comes in when first asked for. Where a step fails, the rest is left out, and a picture is kept of what each had
// before him (`s02-wrong-LOGIN`).
import assert from 'node:assert/strict';
import test from 'node:test';
import { Stage } from './stage.mjs';

export class Story {
	constructor(name) {
		Object.assign(this, { name, people: new Map(), failed: false, hours: 0 });
		for (const way of ['as', 'step', 'shown', 'later']) this[way] = this[way].bind(this);
	}

	async open(program) {
		this.stage = await Stage.open(program);
		return this.stage;
	}
	close() {
		return this.stage?.close();
	}

	/* Sessions end while time passes; whoever comes back signs in anew. */
	async as(login) {
		let person = this.people.get(login);
		if (!person) this.people.set(login, (person = await this.stage.person(login)));
		else if (person.since !== this.hours) {
			await person.context.clearCookies();
			await person.sign_in();
		}
		person.since = this.hours;
		return person;
	}

	/* Time goes on (`+3 d`). */
	async later(span) {
		const { status, body } = await this.stage.act('dir02', 'POST', '/time', { at: span });
		assert.equal(status, 200, JSON.stringify(body));
		this.hours++;
	}

	step(name, body) {
		test(name, async (t) => {
			if (this.failed) return t.skip('a step before failed');
			this.failed = true;
			try {
				await body();
				this.failed = false;
			} finally {
				if (this.failed) for (const person of this.people.values()) await person.picture(`${this.name}-wrong-${person.login}`).catch(() => {});
			}
		});
	}

	async shown(login, name) {
		return (this.people.get(login) ?? (await this.as(login))).picture(`${this.name}-${name}`);
	}
}
