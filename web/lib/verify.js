'use strict';

/*
 * verify -- the second verifier of a bundle, independent of the first.
 *
 * Written from src/record/FORMAT.md and sharing no code with the program: two
 * that were made apart and agree are worth more than one. One file without
 * dependencies, the same in Node (18 and later), in a page and inside the
 * verify.html of an archive that is opened from a disk, where neither modules
 * nor WebCrypto can be counted on.
 *
 *   fengsuiVerify.verify(files, {against: [text, ...]}) -> verdict
 *
 * `files` is a Map of names to Uint8Array, or to {size, chunks()} for what is
 * too large to hold. On a command line: node verify.js PATH [--against FILE]
 * [--json]; exit 0 as it should be, 1 tampered with, 2 something erased,
 * withheld or not there, 64 wrong usage, 66 nothing to verify.
 */
(function () {

/* ---- words ------------------------------------------------------------------- */

/* What a finding means; `gap`: nothing is wrong, but not all is there. */
const WORDS = {
	'leaf.form': ['条目不是规范格式', 'an entry is not in the one form of a leaf'],
	'leaf.origin': ['条目属于另一份记录', 'an entry names another log'],
	'seq.gap': ['条目序号缺失或错位', 'an entry is missing or out of its place'],
	'act.order': ['行为编号倒退', 'an act number goes down'],
	'chain.broken': ['对象的条目链断裂', 'the chain of an object is broken'],
	'chain.kind': ['对象的类别改变', 'an object changes its kind'],
	'open.form': ['首条记录不是建档记录', 'the first entry is not the opening of the log'],
	'payload.missing': ['条目内容缺失', 'what an entry says is not there'],
	'payload.form': ['条目内容不是规范格式', 'what an entry says is not in canonical form'],
	'payload.differs': ['条目内容被改动', 'what an entry says was changed'],
	'payload.stray': ['存在无条目引用的内容', 'there is content that no entry refers to'],
	'text.missing': ['文本缺失', 'a text is not there'],
	'text.differs': ['文本被改动', 'a text was changed'],
	'erase.unnamed': ['文本被删除但无删除记录', 'a text is gone and no entry erases it'],
	'erase.undone': ['已决定删除的文本仍然存在', 'a text that was erased is there'],
	'root.differs': ['条目与已签名的检查点不符', 'the entries are not those that were signed'],
	'checkpoint.form': ['检查点格式错误', 'a checkpoint is not one'],
	'checkpoint.forged': ['检查点签名无效', 'the signature of a checkpoint does not hold'],
	'checkpoint.key': ['检查点由其他密钥签名', 'a checkpoint is signed by another key'],
	'checkpoint.size': ['条目少于检查点所签数量', 'there are fewer entries than were signed'],
	'checkpoint.none': ['没有任何检查点', 'there is no checkpoint'],
	'log.row': ['记录登记信息不符', 'what is said of the log is not so'],
	'vkey.form': ['公钥无效', 'the public key is not one of this log'],
	'against.form': ['所给检查点格式错误', 'what was given is not a checkpoint'],
	'against.origin': ['所给检查点属于另一份记录', 'the checkpoint given is of another log'],
	'against.key': ['所给检查点由其他密钥签名', 'the checkpoint given is signed by another key: the record may be signed anew'],
	'against.forged': ['所给检查点签名无效', 'the signature of the checkpoint given does not hold'],
	'against.size': ['记录被回退', 'the record went back: the checkpoint given knows more entries'],
	'against.root': ['历史被改写（分叉）', 'the past was rewritten: the checkpoint given knows other entries'],
	'manifest.form': ['清单格式错误', 'the manifest is not one'],
	'manifest.forged': ['清单签名无效', 'the signature of the manifest does not hold'],
	'manifest.key': ['清单由其他密钥签名', 'the manifest is signed by another key'],
	'file.differs': ['文件与清单不符', 'a file is not what the manifest says'],
	'file.stray': ['存在清单以外的文件', 'there is a file that the manifest does not name'],
	'line.form': ['数据行格式错误', 'a line is not in its form'],
	'proof.missing': ['缺少包含证明', 'an entry has no proof'],
	'proof.differs': ['包含证明不成立', 'an entry is not in the tree that was signed'],
	'object.count': ['对象的条目数量与清单不符', 'an object has more or fewer entries than the manifest says'],
	'object.missing': ['清单所列对象缺失', 'an object of the manifest is not there'],
};
const GAPS = {
	'file.missing': ['清单所列文件未附', 'a file of the manifest is not there'],
	'text.erased': ['文本已依决定删除', 'a text was erased by decision'],
	'text.withheld': ['文本未提供', 'a text is withheld'],
	'against.beyond': ['无法与所给检查点比对', 'a part cannot be held against the checkpoint given'],
};
const KEPT = 50, PER_WORD = 10;

/* ---- SHA-256 (FIPS 180-4) ------------------------------------------------------ */

/* The first bits of the fractional parts of roots of primes, reckoned exactly:
 * a constant that was copied wrongly would be hard to see. */
function firstPrimes(count) {
	const primes = [];
	for (let n = 2; primes.length < count; n++)
		if (primes.every((p) => n % p)) primes.push(n);
	return primes;
}

function rootFraction(prime, degree, bits) {
	const scale = BigInt(prime) << BigInt(bits * degree);
	let low = 0n, high = 1n << BigInt(bits + 12);
	while (high - low > 1n) {
		const middle = (low + high) >> 1n;
		if (middle ** BigInt(degree) <= scale) low = middle; else high = middle;
	}
	return low & ((1n << BigInt(bits)) - 1n);
}

const K256 = Uint32Array.from(firstPrimes(64), (p) => Number(rootFraction(p, 3, 32)));
const H256 = Uint32Array.from(firstPrimes(8), (p) => Number(rootFraction(p, 2, 32)));
const EMPTY = new Uint8Array(0);

class Sha256 {
	constructor() {
		this.h = Uint32Array.from(H256);
		this.w = new Uint32Array(64);
		this.block = new Uint8Array(64);
		this.used = 0;
		this.length = 0;
	}

	compress(bytes, at) {
		const w = this.w, h = this.h;
		for (let i = 0; i < 16; i++, at += 4)
			w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
		for (let i = 16; i < 64; i++) {
			const x = w[i - 15], y = w[i - 2];
			const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
			const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
			w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0;
		}
		let a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
		for (let i = 0; i < 64; i++) {
			const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
			const t1 = k + s1 + (e & f ^ ~e & g) + K256[i] + w[i] | 0;
			const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
			const t2 = s0 + (a & b ^ a & c ^ b & c) | 0;
			k = g; g = f; f = e; e = d + t1 | 0; d = c; c = b; b = a; a = t1 + t2 | 0;
		}
		h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
	}

	put(bytes) {
		let at = 0;
		this.length += bytes.length;
		if (this.used) {
			at = Math.min(64 - this.used, bytes.length);
			this.block.set(bytes.subarray(0, at), this.used);
			this.used += at;
			if (this.used < 64) return this;
			this.compress(this.block, 0);
			this.used = 0;
		}
		for (; at + 64 <= bytes.length; at += 64) this.compress(bytes, at);
		this.block.set(bytes.subarray(at), 0);
		this.used = bytes.length - at;
		return this;
	}

	end() {
		const pad = new Uint8Array((this.used < 56 ? 64 : 128) - this.used), view = new DataView(pad.buffer);
		const length = this.length;
		pad[0] = 0x80;
		view.setUint32(pad.length - 8, Math.floor(length / 0x20000000));
		view.setUint32(pad.length - 4, length * 8 >>> 0);
		this.put(pad);
		const out = new Uint8Array(32), words = new DataView(out.buffer);
		this.h.forEach((word, i) => words.setUint32(4 * i, word));
		return out;
	}
}

function sha256(...pieces) {
	const hash = new Sha256();
	for (const piece of pieces) hash.put(piece);
	return hash.end();
}

/* ---- SHA-512, for Ed25519 only: short texts, so BigInt will do --------------------- */

const M64 = (1n << 64n) - 1n;
const K512 = firstPrimes(80).map((p) => rootFraction(p, 3, 64));
const H512 = firstPrimes(8).map((p) => rootFraction(p, 2, 64));
const turn64 = (x, n) => (x >> n | x << 64n - n) & M64;

function sha512(...pieces) {
	const length = pieces.reduce((n, piece) => n + piece.length, 0);
	const bytes = new Uint8Array(Math.ceil((length + 17) / 128) * 128), view = new DataView(bytes.buffer);
	let at = 0;
	for (const piece of pieces) {
		bytes.set(piece, at);
		at += piece.length;
	}
	bytes[at] = 0x80;
	view.setBigUint64(bytes.length - 8, BigInt(length) * 8n);
	const h = H512.slice(), w = new Array(80);
	for (let from = 0; from < bytes.length; from += 128) {
		for (let i = 0; i < 16; i++) w[i] = view.getBigUint64(from + 8 * i);
		for (let i = 16; i < 80; i++) {
			const s0 = turn64(w[i - 15], 1n) ^ turn64(w[i - 15], 8n) ^ w[i - 15] >> 7n;
			const s1 = turn64(w[i - 2], 19n) ^ turn64(w[i - 2], 61n) ^ w[i - 2] >> 6n;
			w[i] = w[i - 16] + s0 + w[i - 7] + s1 & M64;
		}
		let [a, b, c, d, e, f, g, k] = h;
		for (let i = 0; i < 80; i++) {
			const s1 = turn64(e, 14n) ^ turn64(e, 18n) ^ turn64(e, 41n);
			const t1 = k + s1 + (e & f ^ (e ^ M64) & g) + K512[i] + w[i];
			const s0 = turn64(a, 28n) ^ turn64(a, 34n) ^ turn64(a, 39n);
			const t2 = s0 + (a & b ^ a & c ^ b & c);
			k = g; g = f; f = e; e = d + t1 & M64; d = c; c = b; b = a; a = t1 + t2 & M64;
		}
		[a, b, c, d, e, f, g, k].forEach((word, i) => { h[i] = h[i] + word & M64; });
	}
	const out = new Uint8Array(64), words = new DataView(out.buffer);
	h.forEach((word, i) => words.setBigUint64(8 * i, word));
	return out;
}

/* ---- Ed25519 (RFC 8032 5.1), verification ------------------------------------------ */

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (x) => { const r = x % P; return r < 0n ? r + P : r; };

function power(base, exponent) {
	let result = 1n;
	for (base = mod(base); exponent; exponent >>= 1n) {
		if (exponent & 1n) result = result * base % P;
		base = base * base % P;
	}
	return result;
}

const inverse = (x) => power(x, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);
const ZERO = [0n, 1n, 1n, 0n];

function add(p, q) {
	const a = (p[1] - p[0]) * (q[1] - q[0]) % P, b = (p[1] + p[0]) * (q[1] + q[0]) % P;
	const c = 2n * p[3] * q[3] % P * D % P, d = 2n * p[2] * q[2] % P;
	const e = b - a, f = d - c, g = d + c, h = b + a;
	return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

const negative = (p) => [mod(-p[0]), p[1], p[2], mod(-p[3])];
const littleEndian = (bytes) => bytes.reduceRight((n, byte) => n << 8n | BigInt(byte), 0n);

/* A point from its 32 bytes, in their one spelling; null where it is none. */
function readPoint(bytes) {
	const all = littleEndian(bytes), y = all & (1n << 255n) - 1n, sign = all >> 255n;
	if (y >= P) return null;
	const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
	let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
	if (mod(v * x * x) !== u) x = mod(x * ROOT_OF_MINUS_ONE);
	if (mod(v * x * x) !== u || (x === 0n && sign)) return null;
	if ((x & 1n) !== sign) x = P - x;
	return [x, y, 1n, mod(x * y)];
}

function writePoint(p) {
	const z = inverse(p[2]), x = mod(p[0] * z);
	let all = mod(p[1] * z) | (x & 1n) << 255n;
	return Uint8Array.from({ length: 32 }, () => { const byte = Number(all & 255n); all >>= 8n; return byte; });
}

function isSmall(p) {
	let q = p;
	for (let i = 0; i < 3; i++) q = add(q, q);
	return q[0] === 0n && mod(q[1] - q[2]) === 0n;
}

const BASE = readPoint(Uint8Array.from({ length: 32 }, (_, i) => (i ? 0x66 : 0x58)));

/* m·p + n·q, both at once. */
function addMultiples(m, p, n, q) {
	const both = add(p, q);
	let sum = ZERO;
	for (let i = 255n; i >= 0n; i--) {
		sum = add(sum, sum);
		const a = m >> i & 1n, b = n >> i & 1n;
		if (a && b) sum = add(sum, both); else if (a) sum = add(sum, p); else if (b) sum = add(sum, q);
	}
	return sum;
}

function ed25519(publicKey, message, signature) {
	const a = readPoint(publicKey), s = littleEndian(signature.subarray(32));
	if (!a || s >= ORDER || isSmall(a)) return false;
	const r = signature.subarray(0, 32);
	const k = littleEndian(sha512(r, publicKey, message)) % ORDER;
	const point = addMultiples(s, BASE, k, negative(a));
	return same(writePoint(point), r) && !isSmall(point);
}

/* ---- text ---------------------------------------------------------------------------- */

const encoder = new TextEncoder(), decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encode = (text) => encoder.encode(text);

/* null where the bytes are not UTF-8. */
function decode(bytes) {
	try { return decoder.decode(bytes); } catch (_) { return null; }
}

function same(a, b) {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const fromHex = (text) => Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.substr(2 * i, 2), 16));
const isHash = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/* In the one canonical spelling; null otherwise. */
function fromBase64(text) {
	if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
	const digits = text.replace(/=+$/, ''), out = new Uint8Array(Math.floor(digits.length * 3 / 4));
	let group = 0, bits = 0, at = 0;
	for (const digit of digits) {
		group = (group << 6 | DIGITS.indexOf(digit)) & 0xffff;
		bits += 6;
		if (bits >= 8) out[at++] = group >> (bits -= 8) & 255;
	}
	return group & (1 << bits) - 1 ? null : out;
}

/* ---- canonical JSON (FORMAT 1) --------------------------------------------------------- */

const SHORT = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '"': '\\"', '\\': '\\\\' };

function canonString(text) {
	if (text.includes('\0')) throw new Error('U+0000');
	return '"' + text.replace(/[\u0001-\u001f"\\]/g, (c) =>
		SHORT[c] || '\\u00' + c.charCodeAt(0).toString(16).padStart(2, '0')) + '"';
}

function canon(value, depth) {
	if (depth > 64) throw new Error('too deep');
	if (value === null || typeof value === 'boolean') return String(value);
	if (typeof value === 'string') return canonString(value);
	if (typeof value === 'number') {
		if (!Number.isSafeInteger(value)) throw new Error('not whole');
		return String(value);
	}
	if (Array.isArray(value)) return '[' + value.map((item) => canon(item, depth + 1)).join(',') + ']';
	return '{' + Object.keys(value).sort().map((name) => {
		if (!/^[a-z0-9_.:-]{1,64}$/.test(name)) throw new Error('name');
		return '"' + name + '":' + canon(value[name], depth + 1);
	}).join(',') + '}';
}

/* The value of bytes that are its canonical form; undefined otherwise. */
function readCanon(bytes) {
	const text = typeof bytes === 'string' ? bytes : decode(bytes);
	if (text === null) return undefined;
	try {
		const value = JSON.parse(text);
		return canon(value, 0) === text ? value : undefined;
	} catch (_) {
		return undefined;
	}
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const hasExactly = (value, ...names) =>
	isObject(value) && Object.keys(value).sort().join() === names.sort().join();

/* ---- leaf and payload (FORMAT 3, 4) ------------------------------------------------------ */

const ORIGIN = /^[!#-*,-[\]-~]{1,255}$/, WORD = /^[A-Za-z0-9_.:-]{1,128}$/;
const OBJ = /^([a-z0-9_-]{1,128}):(0|[1-9][0-9]{0,15})$/;
const AT = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{6}Z$/;

function isMoment(text) {
	const m = typeof text === 'string' && AT.exec(text);
	if (!m) return false;
	const [year, month, day, hour, minute, second] = m.slice(1).map(Number);
	const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
	return year >= 1970 && hour < 24 && minute < 60 && second < 60 && date.getUTCMonth() === month - 1 &&
		date.getUTCDate() === day;
}

const isWord = (value) => typeof value === 'string' && WORD.test(value);

/* A leaf, with `kind` and `id` of its object; null where it is none. */
function readLeaf(text) {
	if (encode(text).length > 8192) return null;
	const leaf = readCanon(text);
	if (!isObject(leaf)) return null;
	const names = ['act', 'actor', 'at', 'log', 'obj', 'oprev', 'oseq', 'pay', 'seq', 'type', 'v'];
	for (const optional of ['sess', 'unit']) if (optional in leaf) names.push(optional);
	const obj = typeof leaf.obj === 'string' && OBJ.exec(leaf.obj);
	const good = hasExactly(leaf, ...names) && leaf.v === 1 && [leaf.act, leaf.oseq, leaf.seq].every(isWhole) &&
		isWord(leaf.actor) && isWord(leaf.type) && isMoment(leaf.at) && typeof leaf.log === 'string' &&
		ORIGIN.test(leaf.log) && obj && isWhole(Number(obj[2])) && isHash(leaf.oprev) &&
		hasExactly(leaf.pay, 'len', 'sha256') && isWhole(leaf.pay.len) && isHash(leaf.pay.sha256) &&
		(!('sess' in leaf) || isWord(leaf.sess)) && (!('unit' in leaf) || isWord(leaf.unit));
	return good ? Object.assign(leaf, { kind: obj[1], id: Number(obj[2]) }) : null;
}

/* Part 0: the commitments of its texts, what it erases, what it says of given
 * time; null where it is not in its form. */
function readDoc(text) {
	const doc = readCanon(text), texts = [];
	if (!isObject(doc)) return null;
	const walk = (value) => {
		if (Array.isArray(value)) return value.every(walk);
		if (!isObject(value)) return true;
		if (!hasExactly(value, 'p', 'sd')) return Object.keys(value).sort().every((name) => walk(value[name]));
		return value.p === texts.length + 1 && isHash(value.sd) && texts.push(value.sd) <= 256;
	};
	if (!walk(doc)) return null;
	const erase = doc.erase;
	if ('erase' in doc && !(hasExactly(erase, 'part', 'seq') && isWhole(erase.part) && isWhole(erase.seq)))
		return null;
	return { texts, erase, givenTime: typeof doc.given_time === 'boolean' ? doc.given_time : null };
}

/* ---- tree (RFC 6962; proofs as in RFC 9162 2.1.3.2) ---------------------------------------- */

const LEAF = Uint8Array.of(0), NODE = Uint8Array.of(1);
const nodeHash = (left, right) => sha256(NODE, left, right);

class Tree {
	constructor() {
		this.size = 0;
		this.peaks = [];
	}

	append(hash) {
		for (let rest = this.size; rest % 2; rest = Math.floor(rest / 2)) hash = nodeHash(this.peaks.pop(), hash);
		this.peaks.push(hash);
		this.size++;
	}

	root() {
		return this.peaks.length ? this.peaks.reduceRight((right, left) => nodeHash(left, right)) : sha256(EMPTY);
	}
}

function proves(proof, seq, size, leaf, root) {
	if (seq >= size) return false;
	let at = seq, last = size - 1, hash = leaf;
	for (const sibling of proof) {
		if (!last) return false;
		if (at % 2 || at === last) {
			hash = nodeHash(sibling, hash);
			while (at && at % 2 === 0) { at /= 2; last = Math.floor(last / 2); }
		} else {
			hash = nodeHash(hash, sibling);
		}
		at = Math.floor(at / 2);
		last = Math.floor(last / 2);
	}
	return !last && same(hash, root);
}

/* ---- signed notes, keys, checkpoints (FORMAT 6) --------------------------------------------- */

const KEY_NAME = /^[^\u0000- +\u007f]+$/;

function keyHash(name, publicKey) {
	return toHex(sha256(encode(name + '\n'), NODE, publicKey).subarray(0, 4));
}

function readKey(text) {
	const plus = text.indexOf('+'), name = text.slice(0, plus), hash = text.slice(plus + 1, plus + 9);
	const typed = plus > 0 && text[plus + 9] === '+' ? fromBase64(text.slice(plus + 10)) : null;
	if (!typed || typed.length !== 33 || typed[0] !== 1 || !KEY_NAME.test(name) || encode(name).length > 255)
		return null;
	const publicKey = typed.subarray(1);
	return hash === keyHash(name, publicKey) ? { name, hash, publicKey } : null;
}

/* 'good', 'form', 'key' (signed by others only) or 'forged'. */
function checkNote(note, key) {
	const split = note.lastIndexOf('\n\n') + 2;
	if (split < 3 || split === note.length || encode(note).length > 65536 || !note.endsWith('\n') ||
	    /[\u0000-\u0009\u000b-\u001f]/.test(note))
		return { state: 'form' };
	const text = note.slice(0, split - 1);
	let state = 'form';
	for (const line of note.slice(split, -1).split('\n')) {
		const m = /^\u2014 ([^ ]+) ([^ ]*)$/.exec(line), typed = m ? fromBase64(m[2]) : null;
		if (!typed || typed.length <= 4 || typed.length > 256) return { state: 'form' };
		if (m[1] !== key.name || toHex(typed.subarray(0, 4)) !== key.hash) {
			if (state === 'form') state = 'key';
		} else if (typed.length !== 68 || !ed25519(key.publicKey, encode(text), typed.subarray(4))) {
			return { state: 'forged', text };
		} else {
			state = 'good';
		}
	}
	return { state, text };
}

function readCheckpoint(note) {
	const m = /^([^\n]*)\n(0|[1-9][0-9]*)\n([^\n]*)\n(?:\n|$)/.exec(note), root = m && fromBase64(m[3]);
	if (!m || !ORIGIN.test(m[1]) || !isWhole(Number(m[2])) || m[2].length > 16 || !root || root.length !== 32)
		return null;
	return { origin: m[1], size: Number(m[2]), root };
}

/* The notes in a text that somebody kept; `whole` where it holds nothing else. */
function splitNotes(text) {
	let rest = text.split('\0')[0].replace(/\r/g, '');
	const notes = [];
	if (!rest.endsWith('\n')) rest += '\n';
	for (;;) {
		rest = rest.replace(/^\n+/, '');
		const end = rest.indexOf('\n\n') + 2, m = end >= 2 && /^(?:\u2014 [^\n]*\n)+/.exec(rest.slice(end));
		if (!m) return { notes, whole: notes.length > 0 && rest === '' };
		notes.push(rest.slice(0, end + m[0].length));
		rest = rest.slice(end + m[0].length);
	}
}

/* ---- the manifest (FORMAT 7) ------------------------------------------------------------------ */

function isName(name) {
	return typeof name === 'string' && /^[A-Za-z0-9._/-]{1,200}$/.test(name) &&
		name.split('/').every((part) => part && part !== '.' && part !== '..');
}

const ascending = (list, of) => list.every((item, i) => !i || of(list[i - 1]) < of(item));

function readManifest(bytes) {
	const m = readCanon(bytes);
	const good = m !== undefined && hasExactly(m, 'entries', 'files', 'format', 'given_time', 'objects', 'origin',
		'product', 'size') && m.format === 'fengsui-bundle/1' && isWhole(m.entries) && isWhole(m.size) &&
		typeof m.given_time === 'boolean' && typeof m.product === 'string' && typeof m.origin === 'string' &&
		ORIGIN.test(m.origin) && Array.isArray(m.files) && Array.isArray(m.objects) &&
		m.files.every((f) => hasExactly(f, 'name', 'sha256', 'size') && isName(f.name) && isHash(f.sha256) &&
			isWhole(f.size) && f.name !== 'manifest.json' && f.name !== 'manifest.sig') &&
		m.objects.every((o) => hasExactly(o, 'entries', 'obj') && typeof o.obj === 'string' && OBJ.test(o.obj) &&
			isWhole(o.entries)) &&
		ascending(m.files, (f) => f.name) && ascending(m.objects, (o) => o.obj);
	return good ? m : null;
}

/* ---- lines -------------------------------------------------------------------------------------- */

/* The lines of a file one by one: its text, or null where it is none. */
function* linesOf(bytes) {
	let from = 0;
	for (let number = 1; bytes && from < bytes.length; number++) {
		const end = bytes.indexOf(10, from);
		yield { number, text: end < 0 ? null : decode(bytes.subarray(from, end)) };
		if (end < 0) return;
		from = end + 1;
	}
}

const READ = {
	'records.jsonl': (v) => hasExactly(v, 'leaf', 'seq') && typeof v.leaf === 'string' && isWhole(v.seq),
	'payloads.jsonl': (v) => isObject(v) && isWhole(v.part) && isWhole(v.seq) &&
		((hasExactly(v, 'bytes', 'part', 'salt', 'seq') && typeof v.bytes === 'string' &&
			typeof v.salt === 'string' && /^[0-9a-f]{32}$/.test(v.salt)) ||
		(hasExactly(v, 'erased', 'part', 'seq') && isWhole(v.erased)) ||
		(hasExactly(v, 'part', 'seq', 'withheld') && v.withheld === true)),
	'proofs.jsonl': (v) => hasExactly(v, 'proof', 'seq') && isWhole(v.seq) && Array.isArray(v.proof) &&
		v.proof.length <= 128 && v.proof.every(isHash),
};

/* ---- the verification ----------------------------------------------------------------------------- */

class Verification {
	constructor(files, against) {
		this.files = files;
		this.against = against;
		this.counts = {};
		this.findings = [];
		this.log = { entries: 0, texts: 0, erased: 0, withheld: 0, against: 0 };
		this.manifestSigned = false;
	}

	found(code, seq, detail) {
		this.counts[code] = (this.counts[code] || 0) + 1;
		if (this.counts[code] > PER_WORD || this.findings.length === KEPT) return;
		const [zh, en] = WORDS[code] || GAPS[code];
		this.findings.push({ code, zh, en, detail: detail || '', ...(seq === undefined ? {} : { seq }) });
	}

	bytes(name) {
		const file = this.files.get(name);
		if (!file || file.broken) return null;
		if (file instanceof Uint8Array) return file;
		const out = new Uint8Array(file.size);
		let at = 0;
		for (const chunk of file.chunks()) { out.set(chunk, at); at += chunk.length; }
		return out.subarray(0, at);
	}

	/* A small file; what is not UTF-8 is no note and no key, but it is there. */
	text(name) {
		const bytes = this.bytes(name);
		return bytes && bytes.length <= 65536 ? decode(bytes) || '' : null;
	}

	run() {
		const bytes = this.bytes('manifest.json');
		this.manifest = readManifest(bytes);
		if (!this.manifest) {
			this.found('manifest.form');
			return this.verdict();
		}
		this.digest = sha256(bytes);
		this.whole = this.manifest.entries === this.manifest.size;
		this.expected = [];
		this.checkFiles();
		this.takeKey();
		if (this.key) {
			this.checkManifestSignature();
			this.takeCheckpoint();
			this.takeAgainst();
		}
		this.expected.sort((a, b) => a.size - b.size);
		this.checkEntries();
		return this.verdict();
	}

	/* Files. */

	digestOf(file) {
		const hash = new Sha256();
		if (file instanceof Uint8Array) return hash.put(file).end();
		for (const chunk of file.chunks()) hash.put(chunk);
		return hash.end();
	}

	checkFiles() {
		const listed = new Set(['manifest.json', 'manifest.sig']);
		for (const said of this.manifest.files) {
			const file = this.files.get(said.name);
			listed.add(said.name);
			if (!file) {
				this.found('file.missing', undefined, said.name);
				continue;
			}
			const size = file instanceof Uint8Array ? file.length : file.size;
			const evidence = said.name.startsWith('evidence/') && said.name.slice(9) !== said.sha256;
			if (file.broken || size !== said.size || toHex(this.digestOf(file)) !== said.sha256 || evidence)
				this.found('file.differs', undefined, said.name);
		}
		for (const name of this.files.keys())
			if (!listed.has(name)) this.found('file.stray', undefined, name);
	}

	/* Signatures. */

	takeKey() {
		const text = this.text('vkey');
		this.key = text && text.endsWith('\n') ? readKey(text.slice(0, -1)) : null;
		if (this.key && this.key.name !== this.manifest.origin) this.key = null;
		if (!this.key) this.found('vkey.form', undefined, 'vkey');
	}

	checkManifestSignature() {
		if (!this.files.has('manifest.sig')) return;
		this.manifestSigned = true;
		const note = this.text('manifest.sig'), checked = note === null ? { state: 'form' } : checkNote(note, this.key);
		const wanted = `fengsui-manifest/1\n${this.manifest.origin}\n${toHex(this.digest)}\n`;
		if (checked.state === 'key') this.found('manifest.key');
		else if (checked.state !== 'good' || checked.text !== wanted) this.found('manifest.forged');
	}

	/* A checkpoint whose signature is looked at; null where nothing can be made of it. */
	takeNote(note, from) {
		const { state } = checkNote(note, this.key), checkpoint = readCheckpoint(note);
		if (state === 'form' || !checkpoint) {
			this.found(from + '.form');
			return null;
		}
		if (state !== 'good') this.found(from + '.' + state, undefined, `of ${checkpoint.size} entries`);
		if (checkpoint.origin === this.manifest.origin) return checkpoint;
		this.found(from + '.form', undefined, checkpoint.origin);
		return null;
	}

	takeCheckpoint() {
		const note = this.text('checkpoint');
		if (note === null) {
			this.found('checkpoint.none');
			return;
		}
		const taken = this.takeNote(note, 'checkpoint');
		if (taken) this.expected.push({ ...taken, root_code: 'root.differs', size_code: 'checkpoint.size' });
		this.checkpoint = checkNote(note, this.key).state === 'form' ? null : readCheckpoint(note);
		if (this.checkpoint && this.checkpoint.size !== this.manifest.size) this.found('manifest.form');
	}

	takeAgainst() {
		for (const text of this.against) {
			const { notes, whole } = splitNotes(text);
			for (const note of notes) this.takeOneAgainst(note);
			if (!whole) this.found('against.form');
		}
	}

	takeOneAgainst(note) {
		const given = readCheckpoint(note), own = this.checkpoint;
		if (!given) return this.found('against.form');
		if (given.origin !== this.manifest.origin) return this.found('against.origin', undefined, given.origin);
		this.log.against++;
		const taken = this.takeNote(note, 'against');
		if (own && (given.size > own.size || (!this.whole && given.size < own.size)))
			return this.found('against.beyond', undefined, `${given.size} and ${own.size} entries`);
		if (taken) this.expected.push({ ...taken, root_code: 'against.root', size_code: 'against.size' });
		if (!this.whole && own && !same(given.root, own.root)) this.found('against.root');
	}

	/* Entries. */

	reader(name) {
		const lines = linesOf(this.bytes(name));
		const next = () => {
			for (let step = lines.next(); !step.done; step = lines.next()) {
				const { text, number } = step.value, value = text === null ? undefined : readCanon(text);
				if (value !== undefined && READ[name](value)) return value;
				this.found('line.form', undefined, `${name}:${number}`);
			}
			return null;
		};
		const cursor = { now: null, step: () => { cursor.now = next(); } };
		cursor.step();
		return cursor;
	}

	checkEntries() {
		const objects = this.manifest.objects;
		this.tree = new Tree();
		this.next = 0;
		this.lastAct = 0;
		this.chains = new Map();
		this.textCounts = new Map();
		this.gone = new Map();
		this.orders = new Map();
		this.met = 0;
		this.opened = false;
		for (const { obj } of objects) {
			const [, kind, id] = OBJ.exec(obj);
			this.chainOf(Number(id), kind).claimed = true;
		}
		this.parts = this.reader('payloads.jsonl');
		this.proofs = this.reader('proofs.jsonl');
		const records = this.reader('records.jsonl');
		for (; records.now; records.step()) this.checkRecord(records.now);
		this.skip(Infinity);
		this.skipProofs(Infinity);
		this.conclude(objects);
	}

	checkRecord({ seq, leaf: text }) {
		const hash = sha256(LEAF, encode(text));
		if (seq === 0) this.opened = true;
		this.log.entries++;
		if (this.whole ? seq !== this.next : seq < this.next) this.found('seq.gap', seq);
		this.next = seq + 1;
		if (this.whole) this.tree.append(hash);
		const leaf = readLeaf(text);
		if (leaf) this.checkLeaf(seq, leaf, hash); else this.found('leaf.form', seq);
		if (this.whole) this.meet();
		this.checkProof(seq, hash);
		this.checkParts(seq, leaf);
	}

	checkLeaf(seq, leaf, hash) {
		if (leaf.seq !== seq) this.found('seq.gap', seq, `the entry says that it is ${leaf.seq}`);
		if (leaf.log !== this.manifest.origin) this.found('leaf.origin', seq, leaf.log);
		if (seq === 0 && (leaf.type !== 'log.open' || leaf.obj !== 'house:0')) this.found('open.form', 0);
		if (leaf.act < this.lastAct) this.found('act.order', leaf.seq);
		this.lastAct = leaf.act;
		this.checkChain(leaf, hash);
	}

	chainOf(id, kind) {
		if (!this.chains.has(id))
			this.chains.set(id, { kind, claimed: false, next: 0, last: '0'.repeat(64) });
		return this.chains.get(id);
	}

	checkChain(leaf, hash) {
		const chain = this.chainOf(leaf.id, leaf.kind), counts = this.whole || chain.claimed;
		if (chain.kind !== leaf.kind) this.found('chain.kind', leaf.seq, leaf.obj);
		else if (counts && (leaf.oseq !== chain.next || leaf.oprev !== chain.last))
			this.found('chain.broken', leaf.seq, leaf.obj);
		chain.next = counts ? leaf.oseq + 1 : chain.next + 1;
		chain.last = toHex(hash);
	}

	meet() {
		const waiting = this.expected;
		if (this.met === waiting.length || waiting[this.met].size > this.tree.size) return;
		const root = this.tree.root();
		for (; this.met < waiting.length && waiting[this.met].size <= this.tree.size; this.met++) {
			const one = waiting[this.met];
			if (one.size < this.tree.size || !same(one.root, root))
				this.found(one.root_code, undefined, `of ${one.size} entries`);
		}
	}

	skipProofs(seq) {
		for (; this.proofs.now && this.proofs.now.seq < seq; this.proofs.step())
			this.found('line.form', this.proofs.now.seq, 'a proof of no entry');
	}

	checkProof(seq, hash) {
		this.skipProofs(seq);
		const line = this.proofs.now;
		if (!line || line.seq !== seq) return this.found('proof.missing', seq);
		if (this.checkpoint &&
		    !proves(line.proof.map(fromHex), seq, this.checkpoint.size, hash, this.checkpoint.root))
			this.found('proof.differs', seq);
		return this.proofs.step();
	}

	skip(seq) {
		for (; this.parts.now && this.parts.now.seq < seq; this.parts.step())
			this.found('payload.stray', this.parts.now.seq, `part ${this.parts.now.part} of no entry`);
	}

	/* What an entry says: part 0 first, then its texts in their order. */
	checkParts(seq, leaf) {
		const state = { leaf, doc: null, next: 0 };
		this.skip(seq);
		for (; this.parts.now && this.parts.now.seq === seq; this.parts.step())
			if (leaf) this.checkPart(state, this.parts.now);
		if (!leaf) return;
		if (!state.next) this.found('payload.missing', leaf.seq);
		if (state.doc)
			for (; state.next <= state.doc.texts.length; state.next++)
				this.found('text.missing', leaf.seq, `text ${state.next}`);
	}

	checkPart(state, part) {
		const { leaf } = state;
		if (part.part === 0 && state.next === 0) {
			state.next = 1;
			state.doc = this.checkDoc(leaf, part);
			return;
		}
		if (state.next && !state.doc) return;
		if (!state.doc || part.part < state.next || part.part > state.doc.texts.length) {
			this.found('payload.stray', leaf.seq, `part ${part.part}`);
			return;
		}
		for (; state.next < part.part; state.next++) this.found('text.missing', leaf.seq, `text ${state.next}`);
		state.next++;
		this.checkText(leaf, part, state.doc.texts[part.part - 1]);
	}

	checkDoc(leaf, part) {
		if (part.bytes === undefined) {
			this.found('payload.missing', leaf.seq);
			return null;
		}
		const bytes = encode(part.bytes);
		if (bytes.length !== leaf.pay.len || toHex(sha256(fromHex(part.salt), bytes)) !== leaf.pay.sha256)
			this.found('payload.differs', leaf.seq);
		const doc = readDoc(part.bytes);
		if (!doc) {
			this.found('payload.form', leaf.seq);
			return null;
		}
		if (doc.texts.length) this.textCounts.set(leaf.seq, doc.texts.length);
		if (doc.erase && leaf.type === 'record.erase') this.orders.set(leaf.seq, doc.erase);
		if (leaf.seq === 0) {
			if (doc.givenTime === null) this.found('open.form', 0);
			this.givenTime = doc.givenTime === true;
		}
		return doc;
	}

	checkText(leaf, part, commitment) {
		this.log.texts++;
		if (part.withheld || part.erased !== undefined) {
			const by = part.withheld ? null : part.erased;
			this.log[part.withheld ? 'withheld' : 'erased']++;
			this.gone.set(`${leaf.seq} ${part.part}`, { seq: leaf.seq, part: part.part, by });
			this.found(part.withheld ? 'text.withheld' : 'text.erased', leaf.seq, `text ${part.part}`);
		} else if (toHex(sha256(fromHex(part.salt), encode(part.bytes))) !== commitment) {
			this.found('text.differs', leaf.seq, `text ${part.part}`);
		}
	}

	/* Erasures: no text is gone that none names, and what is named is gone. */
	settleErasures() {
		for (const { seq, part, by } of this.gone.values()) {
			const order = by === null ? null : this.orders.get(by);
			const named = order && order.seq === seq && by > seq && (order.part === 0 || order.part === part);
			if (by !== null && !named) this.found('erase.unnamed', seq, `text ${part}`);
		}
		for (const [by, { seq, part }] of this.orders)
			for (let k = 1; seq < by && k <= (this.textCounts.get(seq) || 0); k++)
				if ((part === 0 || part === k) && !this.gone.has(`${seq} ${k}`))
					this.found('erase.undone', seq, `text ${k}, erased by entry ${by}`);
	}

	conclude(objects) {
		this.settleErasures();
		for (const { obj, entries } of objects) {
			const count = this.chains.get(Number(OBJ.exec(obj)[2])).next;
			if (!count) this.found('object.missing', undefined, obj);
			else if (count !== entries) this.found('object.count', undefined, `${obj}: ${count}, not ${entries}`);
		}
		if (this.whole)
			for (; this.met < this.expected.length; this.met++)
				this.found(this.expected[this.met].size_code, undefined, `of ${this.expected[this.met].size} entries`);
		if (!this.opened) this.found('open.form');
		if (this.log.entries !== this.manifest.entries) this.found('object.count', undefined, 'entries');
		if (this.opened && Boolean(this.givenTime) !== this.manifest.given_time) this.found('log.row');
		if (this.manifest.origin.startsWith('demo.') !== this.manifest.given_time) this.found('log.row');
	}

	verdict() {
		const words = Object.keys(this.counts), bad = words.some((word) => word in WORDS);
		return {
			subject: 'bundle', ok: !bad, exit: bad ? 1 : words.length ? 2 : 0, against: this.log.against,
			rollback_known: this.log.against > 0, manifest_signed: this.manifestSigned,
			logs: this.manifest ? [{
				origin: this.manifest.origin, root: this.checkpoint ? toHex(this.checkpoint.root) : '',
				given_time: Boolean(this.givenTime), ...this.log,
			}] : [],
			counts: this.counts, findings: this.findings,
		};
	}
}

function verify(files, options) {
	return new Verification(files, (options && options.against) || []).run();
}

/* What a verdict says, in both languages, line by line. */
function describe(verdict) {
	const lines = [];
	for (const log of verdict.logs)
		lines.push(log.origin + (log.given_time ? '  (给定时间，仅供演示或测试 / given time: for demonstration or test)' : ''),
			`  条目 entries ${log.entries}  文本 texts ${log.texts}  已删除 erased ${log.erased}  未提供 withheld ${log.withheld}`,
			`  树根 root ${log.root}`);
	for (const f of verdict.findings)
		lines.push(`  ${f.code}${f.seq === undefined ? '' : ' #' + f.seq}`, `    ${f.zh}`, `    ${f.en}${f.detail ? ': ' + f.detail : ''}`);
	if (verdict.against)
		lines.push(`已与 ${verdict.against} 份另处保存的检查点核对。`, `Held against ${verdict.against} checkpoint(s) kept elsewhere.`);
	else
		lines.push('未提供另处保存的检查点：仅凭此处数据无法得知记录是否被整体回退、被改写后重新签名，或换用了另一把密钥。',
			'No checkpoint kept elsewhere was given: from this alone nobody can know whether the whole was set back, rewritten and signed anew, or signed by another key.');
	lines.push(verdict.manifest_signed ? '清单已签名。 The manifest is signed.' : '清单未签名。 The manifest is not signed.');
	lines.push('结论 / verdict: ' + ['完好 / as it should be', '已被篡改 / TAMPERED WITH',
		'完好，但有内容已删除、未提供或缺失 / as it should be, with something erased, withheld or not there'][verdict.exit]);
	return lines;
}

/* ---- a tar in memory -------------------------------------------------------------------------------- */

/* Its ordinary files as a Map; null where it is not a whole ustar. */
function readTar(bytes) {
	const files = new Map();
	const field = (from, len) => (decode(bytes.subarray(from, from + len)) || '').split('\0')[0];
	for (let at = 0; ;) {
		const header = bytes.subarray(at, at + 512);
		if (header.length < 512) return null;
		if (header.every((byte) => byte === 0)) break;
		const sum = header.reduce((n, byte, i) => n + (i >= 148 && i < 156 ? 32 : byte), 0);
		if (field(at + 257, 5) !== 'ustar' || parseInt(field(at + 148, 8), 8) !== sum) return null;
		const size = header[124] & 0x80 ? header.subarray(125, 136).reduce((n, byte) => n * 256 + byte, 0)
			: parseInt(field(at + 124, 12), 8);
		const prefix = header[262] === 0 ? field(at + 345, 155) : '';
		const name = ((prefix ? prefix + '/' : '') + field(at, 100)).replace(/^\.\//, '');
		if (!(at + 512 + size <= bytes.length)) return null;
		const type = header[156];
		if (type === 48 || type === 0) files.set(name, bytes.subarray(at + 512, at + 512 + size));
		else if (type !== 53) files.set(name, { broken: true, size: 0 });
		at += 512 + Math.ceil(size / 512) * 512;
	}
	const names = [...files.keys()], top = names.length ? names[0].slice(0, names[0].indexOf('/') + 1) : '';
	if (!top || files.has('manifest.json') || !names.every((name) => name.startsWith(top))) return files;
	return new Map(names.map((name) => [name.slice(top.length), files.get(name)]));
}

/* ---- what others call ----------------------------------------------------------------------------------- */

const api = { verify, describe, readTar, sha256, sha512, ed25519, toHex, fromHex, checkNote, readKey, readCheckpoint,
	readLeaf, readCanon, Tree, proves };

if (typeof module === 'object' && module.exports) module.exports = api;
globalThis.fengsuiVerify = api;

/* ---- command line --------------------------------------------------------------------------------------- */

const HELP = `node verify.js PATH [--against FILE] [--json]

Checks a bundle or an archive of Fengsui, its folder or the tar of it, without Fengsui.
--against FILE: a checkpoint that was kept elsewhere; may be repeated.
Ends with 0 as it should be, 1 tampered with, 2 nothing wrong but something was erased,
withheld or is not there, 64 wrong usage, 66 nothing to verify at PATH.`;

function readFolder(fs, folder) {
	const files = new Map();
	const walk = (prefix) => {
		for (const entry of fs.readdirSync(folder + '/' + prefix, { withFileTypes: true })) {
			const name = prefix + entry.name, path = folder + '/' + name;
			if (entry.isDirectory()) walk(name + '/');
			else if (!entry.isFile()) files.set(name, { broken: true, size: 0 });
			else files.set(name, { size: fs.statSync(path).size, chunks: () => chunksOf(fs, path) });
		}
	};
	walk('');
	return files;
}

function* chunksOf(fs, path) {
	const fd = fs.openSync(path, 'r'), chunk = new Uint8Array(1 << 20);
	try {
		for (let got; (got = fs.readSync(fd, chunk, 0, chunk.length, null)) > 0;) yield chunk.slice(0, got);
	} finally {
		fs.closeSync(fd);
	}
}

/* null where there is no bundle at `path`. */
function verifyPath(fs, path, against) {
	if (!fs.existsSync(path)) return null;
	const files = fs.statSync(path).isDirectory() ? readFolder(fs, path) : readTar(fs.readFileSync(path));
	return files && files.has('manifest.json') ? verify(files, { against }) : null;
}

function readFlags(args) {
	const flags = { json: false, many: false, help: false, against: [], path: null };
	for (let i = 0; i < args.length; i++) {
		if (args[i] === '--json') flags.json = true;
		else if (args[i] === '--many') flags.many = true;
		else if (args[i] === '--help' || args[i] === '-h') flags.help = true;
		else if (args[i] === '--against' && i + 1 < args.length) flags.against.push(args[++i]);
		else if (args[i].startsWith('-') || flags.path !== null) return null;
		else flags.path = args[i];
	}
	return flags.help || flags.many || flags.path !== null ? flags : null;
}

/* Many at once, for tests: a line "PATH<tab>AGAINST" in, a line of JSON out. */
function many(fs) {
	for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
		const [path, against] = line.split('\t');
		const verdict = verifyPath(fs, path, against ? [fs.readFileSync(against, 'utf8')] : []);
		console.log(JSON.stringify(verdict ? { path, exit: verdict.exit, counts: verdict.counts } : { path, exit: 66, counts: {} }));
	}
	return 0;
}

function main(fs, args) {
	const flags = readFlags(args);
	if (!flags) {
		console.error(HELP);
		return 64;
	}
	if (flags.help) {
		console.log(HELP);
		return 0;
	}
	if (flags.many) return many(fs);
	let against, verdict;
	try {
		against = flags.against.map((file) => fs.readFileSync(file, 'utf8'));
		verdict = verifyPath(fs, flags.path, against);
	} catch (error) {
		console.error(error.message);
		return 66;
	}
	if (!verdict) {
		console.error(`${flags.path}: 没有可供核验的内容 / nothing to verify`);
		return 66;
	}
	console.log(flags.json ? JSON.stringify({ path: flags.path, ...verdict }, null, 2) : describe(verdict).join('\n'));
	return verdict.exit;
}

/* Run by name, not merely loaded by another script. */
if (typeof process === 'object' && process.versions && process.versions.node && process.argv[1] &&
    /(^|[\\/])verify\.js$/.test(process.argv[1]))
	import('node:fs').then((fs) => { process.exitCode = main(fs, process.argv.slice(2)); });

})();
