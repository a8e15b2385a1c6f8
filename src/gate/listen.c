#include "gate/gate_private.h"

int listen_open(struct gate *gate, const struct gate_options *options, struct fault *why)
{
	(void)gate;
	(void)options;
	return fault_set(why, FAULT_ABSENT, "syslog is not there yet");
}
void listen_close(struct gate *gate) { (void)gate; }
bool listen_waiting(const struct gate *gate)
{
	(void)gate;
	return false;
}
int listen_take(struct gate *gate, struct fault *why)
{
	(void)gate;
	(void)why;
	return 0;
}
void listen_settle(struct gate *gate, bool committed)
{
	(void)gate;
	(void)committed;
}
