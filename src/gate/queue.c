#include "gate/gate_private.h"

/*
 * queue -- who waits, and who is served next: one request of each in turn.
 */

void caller_open(struct caller *caller, struct gate *gate, const struct way *way)
{
	*caller = (struct caller){ .gate = gate, .way = way };
	caller->last = &caller->first;
}

/* The one that joins comes after all others. */
static void join(struct caller *caller)
{
	struct gate *gate = caller->gate;

	caller->next = gate->waiting ? gate->waiting : caller;
	caller->prev = gate->waiting ? gate->waiting->prev : caller;
	caller->prev->next = caller->next->prev = caller;
	gate->waiting = caller->next;
	gate->waiting_count++;
}

static void leave(struct caller *caller)
{
	struct gate *gate = caller->gate;

	caller->prev->next = caller->next;
	caller->next->prev = caller->prev;
	if (gate->waiting == caller)
		gate->waiting = caller->next;
	if (--gate->waiting_count == 0)
		gate->waiting = NULL;
	caller->prev = caller->next = NULL;
}

void caller_push(struct caller *caller, struct job *job)
{
	job->caller = caller;
	*caller->last = job;
	caller->last = &job->next;
	if (caller->waiting++ == 0)
		join(caller);
}

struct job *caller_pop(struct caller *caller)
{
	struct job *job = caller->first;

	if (!job)
		return NULL;
	caller->first = job->next;
	job->next = NULL;
	if (!caller->first)
		caller->last = &caller->first;
	if (--caller->waiting == 0)
		leave(caller);
	return job;
}

void caller_forget(struct caller *caller)
{
	for (struct job *job; (job = caller_pop(caller));)
		job_free(job);
}

static bool served(const struct caller *caller) { return !caller->held && !caller->way->clogged(caller); }

struct caller *queue_next(struct gate *gate, bool writes)
{
	for (unsigned i = 0; i < gate->waiting_count; i++) {
		struct caller *caller = gate->waiting;

		gate->waiting = caller->next;
		if (caller->first->writes == writes && served(caller))
			return caller;
	}
	return NULL;
}

bool gate_busy(const struct gate *gate)
{
	const struct caller *caller = gate->waiting;

	for (unsigned i = 0; i < gate->waiting_count; i++, caller = caller->next)
		if (served(caller))
			return true;
	return false;
}

/* ---- what takes long ------------------------------------------------------ */

static void begin_next(struct gate *gate);

static void end_work(struct gate *gate, struct job *job)
{
	struct caller *caller = job->caller;

	caller->held = false;
	job_answer(gate, job);
	caller->way->go_on(caller);
}

static void in_thread(uv_work_t *request)
{
	struct job *job = ((struct gate *)request->data)->at_work;

	job->work(job);
}

static void after_work(uv_work_t *request, int status)
{
	struct gate *gate = request->data;
	struct job *job = gate->at_work;

	(void)status;
	gate->at_work = NULL;
	job->worked(job);
	end_work(gate, job);
	begin_next(gate);
}

/* The daemon ends: what was not begun is not begun any more. */
static void turn_away(struct job *job)
{
	struct fault why;

	fault_say(&why, FAULT_BUSY, "the daemon is ending", "守护进程正在停止");
	job->answer = answer_fault(&why);
}

/* One at a time: a long document takes as much memory as all the rest. */
static void begin_next(struct gate *gate)
{
	struct job *job = gate->works;

	if (gate->at_work || !job)
		return;
	gate->works = job->next;
	job->next = NULL;
	if (gate->stopping) {
		turn_away(job);
		end_work(gate, job);
		begin_next(gate);
		return;
	}
	gate->at_work = job;
	gate->thread.data = gate;
	uv_queue_work(&gate->loop, &gate->thread, in_thread, after_work);
}

void job_begin(struct gate *gate, struct job *job)
{
	job->caller->held = true;
	job->next = NULL;
	if (gate->works)
		*gate->last_work = job;
	else
		gate->works = job;
	gate->last_work = &job->next;
	begin_next(gate);
}
