#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * signer -- what CAP files of this house are signed with: a P-256 key and its certificate.
 *
 * FOLDER/keys/cap.key and cap.pem (0600), made at the first need; whoever has
 * a certificate of an authority puts it there in their place. People compare
 * the fingerprint.
 */
struct signer; /* private key and certificate */

enum { SIGNER_PRINT = 65 };

/* Of the data folder; `name` becomes the subject of a certificate that is made
 * now (`now` in microseconds). FAULT_REFUSED where others may read the key,
 * FAULT_INVALID where a file is none or the two do not belong together. */
int signer_open(const char *folder, const char *name, int64_t now, struct signer **out, struct fault *why);
/* From two PEM files. */
int signer_load(const char *key_path, const char *certificate_path, struct signer **out, struct fault *why);
void signer_close(struct signer *key);
void signer_drop(struct signer **key);

/* SHA-256 of the certificate in hex. */
void signer_print(const struct signer *key, char out[static SIGNER_PRINT]);
/* The certificate as PEM, in `mem`. */
const char *signer_certificate(const struct signer *key, struct arena *mem);
