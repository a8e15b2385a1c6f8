#pragma once

#include <stdint.h>

/*
 * notify -- a word to whoever supervises this process (sd_notify, systemd).
 *
 * One datagram to the socket that NOTIFY_SOCKET names, in the file system or
 * abstract. Without the variable nothing is sent; what cannot be sent is let go.
 */
void notify_say(const char *words); /* "READY=1\nSTATUS=…" */

/* How often WATCHDOG=1 has to come, in microseconds, or 0: nobody waits for it. */
int64_t notify_watchdog(void);
