#pragma once

/*
 * heap -- what is allocated from now on lies close together, in large pages where there are any.
 *
 * Tables that are looked at here and there, some tens of megabytes of them, want more pages of
 * 4 KiB than a processor remembers the places of. The kernel gives pages of 2 MiB to whoever
 * asks (transparent huge pages); where it has none, or with another C library than glibc,
 * nothing changes. To be called before there are threads, by a program that needs so much
 * memory anyhow: up to one large page is taken that is not used.
 */
void heap_in_large_pages(void);
