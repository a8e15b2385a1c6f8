#include "gate/mail/mailbox.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "evidence/blob.h"
#include "gate/gate_private.h"
#include "gate/mail/imap.h"
#include "gate/mail/sender.h"
#include "host/faultpoint.h"
#include "host/file.h"
#include "intake/mail/bounce.h"
#include "intake/mail/mail.h"
#include "seal/digest.h"
#include "seal/hex.h"

enum {
	ROUND_MOST = 20, /* messages between two turns */
	EVERY_S = 60,
	/* Bounces that cannot be read and come to the desk as reports: what the house writes about them may
	 * itself come back. */
	DESK_HOURLY_MOST = 10,
	EVERY_MOST_S = 900, /* a server that is gone or lets nobody in is asked less and less often */
	PASSWORD_MOST = 1024,
	REASON_MOST = 200,
	KEY_LEN = 5 + 2 * DIGEST_LEN + 1,
};

static const char taken_folder[] = "Fengsui-taken", refused_folder[] = "Fengsui-refused";

enum verdict { OPEN, TAKEN, AGAIN, REFUSED };

/* Why messages are refused, to be counted. */
enum cause { BY_LOOP, BY_SIZE, BY_FORM, BY_RATE, BY_PLAN, CAUSES };
static const char *const causes[CAUSES] = {
	[BY_LOOP] = "loop", [BY_SIZE] = "limit", [BY_FORM] = "malformed",
	[BY_RATE] = "rate", [BY_PLAN] = "plan",
};

/* What became of bounces, to be counted. */
static const char *const bounced_words[BOUNCED__COUNT] = {
	[BOUNCED_FAILED] = "failed",     [BOUNCED_NOTED] = "noted",         [BOUNCED_AGAIN] = "again",
	[BOUNCED_ANSWERED] = "answered", [BOUNCED_ELSEWHERE] = "elsewhere", [BOUNCED_FOREIGN] = "foreign",
};

struct letter_file {
	char digest[BLOB_NAME];
	uint64_t size;
};

/* One message, from the box to the house and back to a folder. */
struct letter {
	struct imap_about about;
	struct arena *mem; /* of what was read */
	struct mail mail;
	struct letter_file message, files[MAIL_FILES_MOST];
	char key[KEY_LEN];
	enum verdict verdict;
	enum cause cause;
	char reason[REASON_MOST];
	enum bounced bounced; /* of a bounce that can be read */
	bool tentative;       /* decided in a batch that is not durable yet */
	bool filed;
};

enum state { RESTING, FETCHING, FETCHED, FILING };

struct mailbox {
	struct gate *gate;
	struct imap *imap;
	struct senders *senders;
	char *password, *folder;
	uv_work_t work;
	uv_timer_t timer;
	atomic_bool stop;
	enum state state;
	int every_s, wait_s;
	int64_t round_at;
	struct letter letters[ROUND_MOST];
	size_t count;
	bool more;
	int64_t desk_since; /* the worker's */
	int desk_count;
	/* what is told */
	struct fault trouble; /* of the last round; code 0: none */
	int64_t last_at;
	uint64_t taken, again, refused, by_cause[CAUSES], bounced[BOUNCED__COUNT];
	char last_reason[REASON_MOST + 80];
};

/* ---- in the worker: fetched, read, kept ------------------------------------------------ */

static void refuse_letter(struct letter *letter, enum cause cause, const char *reason)
{
	letter->verdict = REFUSED;
	letter->cause = cause;
	snprintf(letter->reason, sizeof(letter->reason), "%.190s", reason);
}

static int keep_file(const struct mailbox *box, const void *bytes, size_t len, struct letter_file *out,
		     struct fault *why)
{
	return blob_keep(box->folder, bytes, len, MAIL_BYTES_MOST, out->digest, &out->size, why);
}

/* The same message once more, whichever way it came: its id and all its bytes. */
static void make_key(struct letter *letter, const struct buf *raw)
{
	unsigned char hash[DIGEST_LEN];
	struct digest digest;

	digest_init(&digest);
	digest_put(&digest, letter->mail.id, strlen(letter->mail.id) + 1);
	digest_put(&digest, raw->data, raw->len);
	digest_end(&digest, hash);
	memcpy(letter->key, "mail:", 5);
	hex_write(hash, sizeof(hash), letter->key + 5);
}

static enum cause cause_of(int code)
{
	return code == FAULT_LIMIT ? BY_SIZE : code == FAULT_REFUSED ? BY_LOOP : BY_FORM;
}

/* Evidence is safe on the disk before the record may name it. */
static int keep_letter(struct mailbox *box, struct letter *letter, const struct buf *raw, struct fault *why)
{
	int ret = keep_file(box, raw->data, raw->len, &letter->message, why);

	for (size_t i = 0; ret == 0 && i < letter->mail.file_count; i++)
		ret = keep_file(box, letter->mail.files[i].bytes, letter->mail.files[i].len,
				&letter->files[i], why);
	return ret;
}

static bool is_bounce(const struct letter *letter)
{
	return letter->mail.bounce && letter->mail.bounce->count;
}

static bool desk_admits(struct mailbox *box)
{
	if (box->round_at - box->desk_since >= STAMP_HOUR) {
		box->desk_since = box->round_at;
		box->desk_count = 0;
	}
	return box->desk_count++ < DESK_HOURLY_MOST;
}

static void admit(struct mailbox *box, struct letter *letter)
{
	if (letter->mail.bounce && !desk_admits(box))
		refuse_letter(letter, BY_RATE,
			      "too many bounces of unknown form within an hour / 一小时内无法识别的退信过多");
	else if (!senders_admit(box->senders, letter->mail.sender, box->round_at))
		refuse_letter(letter, BY_RATE,
			      "too many of this sender within an hour / 该发件人一小时内来信过多");
}

/* <0 only where the server or the disk fails: then the round ends here. */
static int fetch_letter(struct mailbox *box, struct letter *letter, struct buf *raw, struct fault *why)
{
	struct fault mine = { 0 };
	int ret;

	if (letter->about.size_bytes > MAIL_BYTES_MOST) {
		refuse_letter(letter, BY_SIZE, "the message is longer than 32 MiB / 邮件超过 32 MiB");
		return 0;
	}
	ret = imap_fetch(box->imap, letter->about.uid, MAIL_BYTES_MOST, raw, why);
	if (ret == -FAULT_LIMIT) {
		refuse_letter(letter, BY_SIZE, why->text);
		return 0;
	}
	if (ret < 0)
		return ret;
	letter->mem = arena_new();
	if ((ret = mail_read(raw->data ? raw->data : "", raw->len, letter->mem, &letter->mail, &mine)) < 0)
		refuse_letter(letter, cause_of(mine.code), mine.text);
	else if (!is_bounce(letter))
		admit(box, letter);
	/* A bounce that can be read is no evidence: it stays in the box, in the folder of what was taken. */
	if (letter->verdict == REFUSED || is_bounce(letter))
		return 0;
	make_key(letter, raw);
	return keep_letter(box, letter, raw, why);
}

static void fetch_round(uv_work_t *work)
{
	struct mailbox *box = work->data;
	struct imap_about found[ROUND_MOST];
	struct buf raw = { 0 };
	size_t count = 0;
	int ret;

	box->trouble = (struct fault){ 0 };
	ret = imap_list(box->imap, found, ROUND_MOST, &count, &box->more, &box->trouble);
	for (size_t i = 0; ret == 0 && i < count && !atomic_load(&box->stop); i++) {
		struct letter *letter = &box->letters[box->count];

		*letter = (struct letter){ .about = found[i] };
		if ((ret = fetch_letter(box, letter, &raw, &box->trouble)) == 0)
			box->count++;
		else if (letter->mem)
			arena_drop(&letter->mem);
	}
	buf_fini(&raw);
}

static void file_round(uv_work_t *work)
{
	struct mailbox *box = work->data;

	for (size_t i = 0; i < box->count && !atomic_load(&box->stop); i++) {
		struct letter *letter = &box->letters[i];
		const char *folder = letter->verdict == REFUSED ? refused_folder : taken_folder;

		if (imap_move(box->imap, letter->about.uid, folder, &box->trouble) < 0)
			return;
		letter->filed = true;
	}
}

/* ---- on the loop: one round after the other ---------------------------------------------- */

static void begin_round(struct mailbox *box);

static void on_timer(uv_timer_t *timer) { begin_round(timer->data); }

/* After trouble twice as long as before, up to a quarter of an hour. */
static void rest(struct mailbox *box)
{
	const bool trouble = box->trouble.code != 0;

	box->state = RESTING;
	box->wait_s = !trouble ? box->every_s : box->wait_s * 2;
	if (box->wait_s > EVERY_MOST_S)
		box->wait_s = box->every_s > EVERY_MOST_S ? box->every_s : EVERY_MOST_S;
	if (!atomic_load(&box->stop))
		uv_timer_start(&box->timer, on_timer,
			       !trouble && box->more ? 0 : (uint64_t)box->wait_s * 1000, 0);
}

static void count_letter(struct mailbox *box, const struct letter *letter)
{
	if (letter->verdict == TAKEN)
		box->taken++;
	if (letter->verdict == TAKEN && is_bounce(letter))
		box->bounced[letter->bounced]++;
	if (letter->verdict == AGAIN)
		box->again++;
	if (letter->verdict != REFUSED)
		return;
	box->refused++;
	box->by_cause[letter->cause]++;
	snprintf(box->last_reason, sizeof(box->last_reason), "%s: %s", causes[letter->cause], letter->reason);
}

static void drop_letters(struct mailbox *box)
{
	for (size_t i = 0; i < box->count; i++)
		if (box->letters[i].mem)
			arena_drop(&box->letters[i].mem);
	box->count = 0;
}

static void on_filed(uv_work_t *work, int status)
{
	struct mailbox *box = work->data;
	size_t filed = 0;

	(void)status;
	for (size_t i = 0; i < box->count; i++) {
		if (!box->letters[i].filed)
			continue;
		count_letter(box, &box->letters[i]);
		filed++;
	}
	/* What cannot be put away is not fetched over and over. */
	box->more = box->more && filed == box->count;
	drop_letters(box);
	rest(box);
}

static void on_fetched(uv_work_t *work, int status)
{
	struct mailbox *box = work->data;

	(void)status;
	box->last_at = box->gate->clock();
	/* What is not taken any more lies in the box until there is a daemon again. */
	if (!box->count || atomic_load(&box->stop)) {
		box->more = false;
		drop_letters(box);
		rest(box);
		return;
	}
	box->state = FETCHED;
	gate_wake(box->gate);
}

static void begin_round(struct mailbox *box)
{
	if (atomic_load(&box->stop))
		return;
	box->state = FETCHING;
	box->round_at = box->gate->clock();
	uv_queue_work(&box->gate->loop, &box->work, fetch_round, on_fetched);
}

/* ---- inside a batch ------------------------------------------------------------------------ */

static int note_files(struct mailbox *box, const struct letter *letter, struct fault *why)
{
	struct gate *gate = box->gate;
	int ret = house_blob(gate->house, letter->message.digest, (int64_t)letter->message.size, gate->now,
			     why);

	for (size_t i = 0; ret == 0 && i < letter->mail.file_count; i++)
		ret = house_blob(gate->house, letter->files[i].digest, (int64_t)letter->files[i].size,
				 gate->now, why);
	return ret;
}

/* The text with a list of what was enclosed: names are words, never paths. */
static const char *text_of(const struct letter *letter)
{
	struct buf text = { 0 };
	const char *kept;

	buf_text(&text, letter->mail.text);
	if (letter->mail.shortened)
		buf_text(&text, "\n[…]");
	for (size_t i = 0; i < letter->mail.file_count; i++)
		buf_format(&text, "%s[%zu] %s (%s, %llu B, %.16s)", text.len ? "\n" : "", i + 1,
			   letter->mail.files[i].name, letter->mail.files[i].type,
			   (unsigned long long)letter->files[i].size, letter->files[i].digest);
	kept = arena_copy_bytes(letter->mem, text.data ? text.data : "", text.len);
	buf_fini(&text);
	return kept;
}

static void judge(struct letter *letter, const json_t *answer)
{
	const json_t *first = json_array_get(json_object_get(answer, "refusals"), 0);
	const char *said = json_string_value(json_object_get(first ? first : answer, "en"));

	letter->tentative = true;
	if (json_is_true(json_object_get(answer, "ok")))
		letter->verdict = TAKEN;
	else
		refuse_letter(letter, BY_PLAN, said ? said : "refused");
}

/* The machine's clock, by which messages leave: `now` may be a given one. */
static int deliver_bounce(struct mailbox *box, struct letter *letter, struct fault *why)
{
	const int64_t clock = box->gate->clock(), arrived = letter->about.arrived;

	letter->verdict = TAKEN;
	letter->tentative = true;
	return house_bounce(box->gate->house, letter->mail.bounce,
			    arrived && arrived < clock ? arrived : clock, box->gate->now, &letter->bounced,
			    why);
}

static int deliver(struct mailbox *box, struct letter *letter, struct fault *why)
{
	const char *files[MAIL_FILES_MOST];
	struct mailed mailed = {
		.sender = letter->mail.sender,
		.name = letter->mail.name,
		.subject = letter->mail.subject,
		.message = letter->message.digest,
		.files = files,
		.file_count = letter->mail.file_count,
		.arrived = letter->about.arrived,
		.returned = letter->mail.bounce ? letter->mail.bounce->id : NULL,
	};
	json_t *answer = NULL;
	bool before = false;
	int ret;

	for (size_t i = 0; i < mailed.file_count; i++)
		files[i] = letter->files[i].digest;
	if ((ret = house_answered(box->gate->house, letter->key, &before, why)) < 0)
		return ret;
	if (before) {
		letter->verdict = AGAIN;
		letter->tentative = true;
		return 0;
	}
	mailed.text = text_of(letter);
	if ((ret = note_files(box, letter, why)) == 0 &&
	    (ret = house_mail(box->gate->house, &mailed, letter->key, box->gate->now, &answer, why)) == 0)
		judge(letter, answer);
	json_decref(answer);
	return ret;
}

int mailbox_deliver(struct mailbox *box, struct fault *why)
{
	int ret = 0;

	if (!box || box->state != FETCHED)
		return 0;
	for (size_t i = 0; ret == 0 && i < box->count; i++)
		if (box->letters[i].verdict == OPEN)
			ret = is_bounce(&box->letters[i]) ? deliver_bounce(box, &box->letters[i], why)
							  : deliver(box, &box->letters[i], why);
	return ret;
}

void mailbox_settle(struct mailbox *box, bool committed)
{
	if (!box || box->state != FETCHED)
		return;
	for (size_t i = 0; i < box->count; i++) {
		if (box->letters[i].tentative && !committed)
			box->letters[i].verdict = OPEN;
		box->letters[i].tentative = false;
	}
	if (!committed || atomic_load(&box->stop))
		return;
	FAULTPOINT("mail.filing");
	box->state = FILING;
	uv_queue_work(&box->gate->loop, &box->work, file_round, on_filed);
}

/* ---- opening and telling ----------------------------------------------------------------------- */

static int read_password(const char *path, struct arena *mem, char **out, struct fault *why)
{
	struct stat about;
	size_t len;
	int ret;

	if (!path)
		return fault_say(why, FAULT_INVALID, "--mail wants --mail-password-file FILE",
				 "--mail 须与 --mail-password-file 文件 同用");
	if ((ret = file_read(path, PASSWORD_MOST, mem, out, &len, why)) < 0)
		return ret;
	if (stat(path, &about) == 0 && (about.st_mode & 077))
		return fault_say(why, FAULT_REFUSED, "%s holds a password and others may read it (chmod 600)",
				 "%s 存有密码，但他人可读（chmod 600）", path);
	(*out)[strcspn(*out, "\r\n")] = '\0';
	return 0;
}

static int read_every(const char *text, int *out, struct fault *why)
{
	int64_t span;

	*out = EVERY_S;
	if (!text)
		return 0;
	if (stamp_parse_span(text, &span, why) < 0 || span < STAMP_SECOND || span > STAMP_DAY)
		return fault_say(why, FAULT_INVALID, "--mail-every '%.40s': 1 s to 1 d is wanted",
				 "--mail-every “%.40s”：应为 1 s 至 1 d", text);
	*out = (int)(span / STAMP_SECOND);
	return 0;
}

int mailbox_open(struct gate *gate, const struct gate_options *options, struct mailbox **out,
		 struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct imap_options way = { .address = options->mail, .ca = options->mail_ca };
	struct mailbox *box;
	char *password;
	int ret, every;

	if ((ret = read_password(options->mail_password_file, mem, &password, why)) < 0 ||
	    (ret = read_every(options->mail_every, &every, why)) < 0)
		return ret;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	mail_start();
	box = must_alloc(sizeof(*box));
	*box = (struct mailbox){ .gate = gate, .senders = senders_new(), .every_s = every, .wait_s = every };
	box->password = must_copy(password);
	box->folder = must_copy(house_folder(gate->house));
	way.password = box->password;
	way.stop = &box->stop;
	if ((ret = imap_open(&way, &box->imap, why)) < 0) {
		mailbox_close(box);
		return ret;
	}
	uv_timer_init(&gate->loop, &box->timer);
	box->timer.data = box->work.data = box;
	uv_timer_start(&box->timer, on_timer, 0, 0);
	*out = box;
	return 0;
}

void mailbox_stop(struct mailbox *box)
{
	if (!box)
		return;
	atomic_store(&box->stop, true);
	uv_timer_stop(&box->timer);
}

void mailbox_close(struct mailbox *box)
{
	if (!box)
		return;
	drop_letters(box);
	imap_close(box->imap);
	senders_free(box->senders);
	free(box->password);
	free(box->folder);
	free(box);
}

json_t *mailbox_status(const struct mailbox *box)
{
	json_t *status, *by_cause, *bounces;
	char zh[FAULT_TOLD];
	bool quiet;

	if (!box)
		return NULL;
	/* While the worker is at work what it found out is not to be read. */
	quiet = box->state == RESTING || box->state == FETCHED;
	by_cause = json_object();
	for (int i = 0; i < CAUSES; i++)
		json_object_set_new(by_cause, causes[i], json_integer((json_int_t)box->by_cause[i]));
	bounces = json_object();
	for (int i = 0; i < BOUNCED__COUNT; i++)
		json_object_set_new(bounces, bounced_words[i], json_integer((json_int_t)box->bounced[i]));
	status = json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:s}", "box", imap_place(box->imap), "state",
			   !quiet                               ? "working"
			   : box->trouble.code == FAULT_REFUSED ? "not let in"
			   : box->trouble.code                  ? "unreachable"
								: "well",
			   "taken", (json_int_t)box->taken, "again", (json_int_t)box->again, "refused",
			   (json_int_t)box->refused, "causes", by_cause, "bounces", bounces, "last_refusal",
			   box->last_reason);
	if (quiet && box->trouble.code) {
		fault_tell_zh(&box->trouble, zh, sizeof(zh));
		json_object_update_new(status, json_pack("{s:s, s:s, s:i}", "en", box->trouble.text, "zh", zh,
							 "next_in_s", box->wait_s));
	}
	answer_moment(status, "last_at", box->last_at);
	return status;
}
