/*
 * health -- what the daemon's status means: how it is, and what to do where it is not well.
 *
 * The same thresholds as `fengsui doctor` (src/ctl/doctor/folder.c): a backup is late after 25 hours, trouble after 8 days.
 */
import type { Status } from '../../lib/ask/status';
import { bytes, count } from '../../lib/words/amount';
import { say } from '../../lib/words/lang.svelte';
import { moment, ms, span } from '../../lib/words/time';
import { h } from './health_words';

export type Grade = 'bad' | 'note' | 'good';
export interface Finding {
	key: keyof typeof h;
	grade: Grade;
	text: string;
	todo?: string;
}
const HOUR = 3_600_000;
const worse: Record<Grade, number> = { bad: 0, note: 1, good: 2 };

function backup(s: Status): Finding {
	if (!s.backup) return { key: 'backup', grade: s.demo ? 'good' : 'note', text: say(h.backup_none), todo: s.demo ? undefined : say(h.backup_do) };
	const age = ms(s.now) - ms(s.backup.at);
	const grade = s.backup.lacking || age > 8 * 24 * HOUR ? 'bad' : age > 25 * HOUR ? 'note' : 'good';
	const text = say(h.backup_at, { at: moment(s.backup.at) }) + (age > 25 * HOUR ? say(h.backup_old) : '') + (s.backup.lacking ? say(h.backup_lacking, { n: s.backup.lacking }) : '');
	return { key: 'backup', grade, text, todo: grade === 'good' ? undefined : say(h.backup_do) };
}
function room(s: Status): Finding {
	const is = say(h.room_is, { free: bytes(s.room.free), ballast: bytes(s.room.ballast) });
	if (s.room.state === 'good') return { key: 'room', grade: 'good', text: is };
	return { key: 'room', grade: 'bad', text: `${say(h.room_full)} (${is})`, todo: say(h.room_do) };
}
function heartbeat(s: Status): Finding {
	if (!s.heartbeat) return { key: 'heartbeat', grade: s.demo ? 'good' : 'note', text: say(h.heartbeat_none), todo: s.demo ? undefined : say(h.heartbeat_do) };
	const text = say(h.heartbeat_is, { to: s.heartbeat.to, sent: count(s.heartbeat.sent), failed: count(s.heartbeat.failed) });
	return s.heartbeat.failing ? { key: 'heartbeat', grade: 'bad', text, todo: say(h.heartbeat_failing) } : { key: 'heartbeat', grade: 'good', text };
}
function start(s: Status): Finding {
	const at = say(h.start_is, { at: moment(s.started_at) });
	if (!s.before || s.before.clean) return { key: 'start', grade: 'good', text: at };
	return { key: 'start', grade: 'note', text: `${at}. ${say(h.start_unclean, { gap: span(s.before.gap_s * 1000) })}`, todo: say(h.start_do) };
}
function detection(s: Status): Finding[] {
	if (s.detection === undefined) return [];
	if (!s.detection) return [{ key: 'detection', grade: 'note', text: say(h.detection_none), todo: say(h.detection_do) }];
	const d = s.detection;
	const gone = d.groups_refused + d.groups_given_up + d.hits_dropped;
	const is = say(h.detection_is, { events: count(d.events), alerts: count(d.alerts), groups: count(d.groups), most: count(d.groups_most) });
	return [{
		key: 'detection', grade: gone ? 'note' : 'good', text: is + (gone ? say(h.detection_given_up, { n: count(gone) }) : ''),
		todo: gone ? say(h.detection_given_do) : undefined,
	}];
}
function sources(s: Status): Finding[] {
	if (!s.sources) return [];
	const named = (some: { name: string }[]) => some.slice(0, 5).map((one) => one.name).join(', ') + (some.length > 5 ? '…' : '');
	const silent = s.sources.filter((one) => one.silent);
	const lost = s.sources.filter((one) => one.lost);
	const text = say(h.sources_is, { n: s.sources.length }) + (silent.length ? say(h.sources_silent, { names: named(silent) }) : '') + (lost.length ? say(h.sources_lost, { names: named(lost) }) : '');
	return [{ key: 'sources', grade: silent.length ? 'bad' : lost.length ? 'note' : 'good', text, todo: silent.length || lost.length ? say(h.sources_do) : undefined }];
}
function intake(s: Status): Finding[] {
	if (!s.intake) return [];
	const text =
		say(h.intake_is, { waiting: count(s.intake.waiting), connections: count(s.intake.connections) }) +
		(s.intake.alerts_dropped ? say(h.intake_dropped, { n: count(s.intake.alerts_dropped) }) : '') +
		(s.intake.turned_away ? say(h.intake_turned, { n: count(s.intake.turned_away) }) : '');
	return [{ key: 'intake', grade: s.intake.alerts_dropped ? 'bad' : s.intake.turned_away ? 'note' : 'good', text }];
}
function mail(s: Status): Finding[] {
	if (!s.mail) return [];
	const trouble = s.mail.zh && s.mail.en ? say({ zh: s.mail.zh, en: s.mail.en }) : undefined;
	const { failed, noted, again, answered, elsewhere, foreign } = s.mail.bounces;
	const strange = again + answered + elsewhere + foreign;
	const bounced = failed + noted + strange ? say(h.mail_bounced, { failed: count(failed), noted: count(noted), strange: count(strange) }) : '';
	return [{ key: 'mail', grade: trouble ? 'bad' : 'good', text: `${s.mail.box}: ${say(h.mail_is, { taken: count(s.mail.taken), refused: count(s.mail.refused) })}${bounced}`, todo: trouble }];
}
function ways(s: Status): Finding {
	const all = Object.entries(s.ways).map(([name, at]) => `${name.replace('_', ' ')} ${at}`);
	return { key: 'ways', grade: 'good', text: all.join(', ') || say(h.ways_none) };
}

/** What is wrong stands first. */
export function health(s: Status): Finding[] {
	const all: Finding[] = [
		...sources(s), room(s), backup(s), heartbeat(s), start(s), ...detection(s), ...intake(s), ...mail(s), ways(s),
		{ key: 'record', grade: 'good', text: say(h.record_is, { n: count(s.record.entries), drill: count(s.drill.entries), origin: s.record.origin }) },
		{
			key: 'requests', grade: 'good',
			text: say(h.requests_is, { requests: count(s.requests), connections: s.connections }) + (s.turned_away ? say(h.requests_turned, { n: count(s.turned_away) }) : ''),
		},
		{ key: 'version', grade: 'good', text: say(h.version_is, { version: s.version, pack: s.pack.id, pack_version: s.pack.version }) + (s.demo ? say(h.demo_is) : '') },
	];
	return all.sort((a, b) => worse[a.grade] - worse[b.grade]);
}
