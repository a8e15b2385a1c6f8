/* status -- what the daemon says of itself (GET /status); sources and detection only to whom they concern. */
export interface SourceStatus {
	name: string;
	received: number;
	stored: number;
	limited: number;
	malformed: number;
	lost: number;
	/** Turned away for their address or token. */
	refused?: number;
	last_at?: string | null;
	/** Only where the source is expected to speak. */
	silent?: boolean;
	silent_since?: string | null;
}
/** Who had to do without memory of detection, or came too late or too early. */
export interface Holding {
	name: string;
	groups: number;
	bytes: number;
	refused: number;
	given_up: number;
	late: number;
	ahead: number;
}
export interface DetectionStatus {
	events: number;
	alerts: number;
	groups: number;
	groups_most: number;
	bytes: number;
	bytes_most: number;
	groups_refused: number;
	groups_given_up: number;
	hits_dropped: number;
	late: number;
	ahead: number;
	unfit: number;
	regex_limited: number;
	by_source: Holding[];
	by_rule: Holding[];
}
export interface Status {
	version: string;
	demo: boolean;
	pack: { id: string; version: string; digest: string };
	record: { origin: string; entries: number };
	drill: { origin: string; entries: number };
	connections: number;
	turned_away: number;
	requests: number;
	sources?: SourceStatus[];
	detection?: DetectionStatus | null;
	/** None where no way in for lines is open. */
	intake?: { alerts_waiting: number; alerts_dropped: number; waiting: number; connections: number; turned_away: number } | null;
	backup: { at: string; to: string; lacking: number } | null;
	room: { state: 'good' | 'full'; free: number; ballast: number };
	ways: Record<string, string>;
	heartbeat?: { to: string; sent: number; failed: number; failing: boolean; last?: string } | null;
	before?: { clean: boolean; last_alive: string; gap_s: number };
	mail?: { box: string; state: string; taken: number; refused: number; bounces: Record<'failed' | 'noted' | 'again' | 'answered' | 'elsewhere' | 'foreign', number>; zh?: string; en?: string };
	now: string;
	next_due?: string | null;
	started_at: string;
}
