#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* hash -- of bytes that a stranger may choose: with a seed that nobody knows. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 x = (unsigned __int128)a * b;

	return (uint64_t)x ^ (uint64_t)(x >> 64);
}

static inline uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed)
{
	const unsigned char *at = bytes;
	uint64_t h = seed ^ len * UINT64_C(0x9E3779B97F4A7C15), last[2] = { 0 };

	for (; len > 16; at += 16, len -= 16) {
		memcpy(last, at, 16);
		h = hash_mix(last[0] ^ h, last[1] ^ UINT64_C(0xE7037ED1A0B428DB));
	}
	last[0] = last[1] = 0;
	memcpy(last, at, len);
	h = hash_mix(last[0] ^ h, last[1] ^ UINT64_C(0x8EBC6AF09C88C6E3));
	return hash_mix(h ^ seed, UINT64_C(0x589965CC75374CC3));
}
