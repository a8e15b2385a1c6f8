#pragma once

/*
 * salt -- what keeps a commitment from being guessed once its text is gone.
 *
 * 128 bits each. A fixed length is part of the format: were it free, a byte
 * could move between salt and text without the digest changing.
 */
enum { SALT_LEN = 16 };

/* From the kernel's generator; it cannot fail. */
void salt_make(unsigned char out[static SALT_LEN]);
