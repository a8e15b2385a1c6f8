#include "seal/salt.h"

#include <sodium.h>

void salt_make(unsigned char out[static SALT_LEN]) { randombytes_buf(out, SALT_LEN); }
