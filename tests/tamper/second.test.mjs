// The second verifier's own arithmetic, held against Node's; its verdicts are compared in run.py.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import test from 'node:test';

await import('../../web/lib/verify.js');
const { sha256, sha512, ed25519, toHex, fromHex, readKey, checkNote, readCheckpoint, readCanon, readLeaf, Tree, proves } =
	globalThis.fengsuiVerify;

test('SHA-256 and SHA-512 give what Node gives, for every length around a block', () => {
	for (let length = 0; length < 300; length++) {
		const bytes = crypto.randomBytes(length);
		assert.equal(toHex(sha256(bytes)), crypto.createHash('sha256').update(bytes).digest('hex'));
		assert.equal(toHex(sha512(bytes)), crypto.createHash('sha512').update(bytes).digest('hex'));
		assert.equal(toHex(sha256(bytes.subarray(0, length >> 1), bytes.subarray(length >> 1))), toHex(sha256(bytes)));
	}
});

test('Ed25519 takes what Node signs, and nothing with one bit changed', () => {
	for (let i = 0; i < 40; i++) {
		const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
		const raw = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
		const message = crypto.randomBytes(i), signature = Uint8Array.from(crypto.sign(null, message, privateKey));
		assert.ok(ed25519(raw, message, signature));
		const bad = Uint8Array.from(signature);
		bad[(i * 7) % 64] ^= 1 << i % 8;
		assert.ok(!ed25519(raw, message, bad));
	}
});

test('Ed25519 refuses S beyond the order, points of small order and points spelled otherwise', () => {
	const zero = new Uint8Array(64), message = new Uint8Array(3);
	const identity = Uint8Array.from({ length: 32 }, (_, i) => Number(i === 0));
	zero[0] = 1; // R the identity, S 0: holds under every key of small order
	assert.ok(!ed25519(identity, message, zero));
	const beyond = fromHex('eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'); // y = p + 1
	assert.ok(!ed25519(beyond, message, zero));
	const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
	const raw = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
	const signature = Uint8Array.from(crypto.sign(null, message, privateKey));
	let s = signature.subarray(32).reduceRight((n, byte) => n << 8n | BigInt(byte), 0n);
	s += 2n ** 252n + 27742317777372353535851937790883648493n;
	for (let i = 0; i < 32; i++, s >>= 8n) signature[32 + i] = Number(s & 255n);
	assert.ok(!ed25519(raw, message, signature));
});

test('the published C2SP note holds', () => {
	const key = readKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
	const note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
		'\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
	assert.equal(checkNote(note, key).state, 'good');
	assert.equal(checkNote(note.replace('problem', 'Problem'), key).state, 'forged');
	assert.equal(checkNote(note.replace('PeterNeumann', 'Neumann'), key).state, 'key');
});

test('roots are those of RFC 6962', () => {
	const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
	const tree = new Tree();
	for (const leaf of leaves) tree.append(sha256(Uint8Array.of(0), fromHex(leaf)));
	assert.equal(toHex(tree.root()), '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
	const proof = ['bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
		'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
		'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'].map(fromHex);
	const leaf = sha256(Uint8Array.of(0), fromHex(leaves[5]));
	assert.ok(proves(proof, 5, 8, leaf, tree.root()));
	assert.ok(!proves(proof, 4, 8, leaf, tree.root()));
	assert.ok(!proves(proof.slice(1), 5, 8, leaf, tree.root()));
});

test('canonical JSON is taken in one spelling only', () => {
	for (const good of ['{}', '{"a":[1,-3,true,null,"\\u001f\\n一"]}', '"x"', '9007199254740991'])
		assert.notEqual(readCanon(good), undefined, good);
	for (const bad of ['{"b":1,"a":1}', '{"a":1,"a":1}', '{"a": 1}', '-0', '01', '1.5', '1e3', '9007199254740992',
		'"\\u0041"', '"\\u001F"', '"\\/"', '"\\u0000"', '"\\ud800"', '{"A":1}', '{"":1}', '[1,]', '', '{}\n',
		'['.repeat(70) + ']'.repeat(70)])
		assert.equal(readCanon(bad), undefined, bad);
	assert.equal(readLeaf('{}'), null);
});

const vectors = process.env.FENGSUI_VECTORS || '../shared/reliability-vectors.json';
const there = fs.existsSync(vectors);
test('the vectors made elsewhere come out', { skip: !there && process.env.CI !== 'true' && `no vectors at ${vectors}` }, () => {
	const v = JSON.parse(fs.readFileSync(vectors, 'utf8')), tree = new Tree(), encode = (text) => new TextEncoder().encode(text);
	for (const record of v.records) {
		const hash = sha256(Uint8Array.of(0), encode(record.record_jcs));
		assert.equal(toHex(hash), record.leaf_sha256);
		assert.notEqual(readCanon(record.record_jcs), undefined);
		const pay = JSON.parse(record.record_jcs).pay;
		assert.equal(toHex(sha256(fromHex(record.salt), encode(record.payload_jcs))), pay.sha256);
		tree.append(hash);
		assert.equal(toHex(tree.root()), v.roots.sha256[tree.size]);
	}
	assert.ok(proves(v.inclusion_seq2_size5.sha256.map(fromHex), 2, 5, fromHex(v.records[2].leaf_sha256), tree.root()));
	assert.equal(checkNote(v.checkpoint, readKey(v.vkey)).state, 'good');
	assert.equal(toHex(readCheckpoint(v.checkpoint).root), v.roots.sha256[5]);
});
