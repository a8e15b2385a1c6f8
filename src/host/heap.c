#include "host/heap.h"

#include <stdlib.h>

#ifdef __GLIBC__

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The heap is to have so much in one piece; what is not used of it has no memory. Later it
 * grows in steps, as a process may have a limit. As much at once as glibc lets be in the heap
 * at all. */
enum { LARGE_PAGE = 2 << 20, PIECE = 64 << 20, STEP = 1 << 20, AT_ONCE_MOST = 32 << 20 };

void heap_in_large_pages(void)
{
	const uintptr_t begins = ((uintptr_t)sbrk(0) + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	void *volatile grown; /* else it would not be allocated at all */
	uintptr_t ends;

	mallopt(M_TRIM_THRESHOLD, 2 * PIECE); /* the piece is not given back */
	mallopt(M_MMAP_THRESHOLD, AT_ONCE_MOST);
	mallopt(M_ARENA_MAX, 1); /* threads have theirs there, too */
	mallopt(M_TOP_PAD, PIECE);
	grown = malloc(LARGE_PAGE);
	free(grown);
	mallopt(M_TOP_PAD, STEP);
	ends = (uintptr_t)sbrk(0) / LARGE_PAGE * LARGE_PAGE;
	if (begins < ends)
		madvise((void *)begins, ends - begins, MADV_HUGEPAGE);
}

#else

void heap_in_large_pages(void) {}

#endif
