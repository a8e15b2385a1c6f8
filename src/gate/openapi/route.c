/* What the interface has besides the kinds of the plan: docs/api/http.md, "Routes", row by row. */

#include "gate/openapi/openapi_private.h"

/* clang-format off */
static const struct operation routes[] = {
	/* who asks */
	{ "post",   API "/session",               "session_begin",       "Session",  "Sign in",                                   "登录",
	  WAY_OPEN,   "",                         "sign_in",             "201=signed_in+Set-Cookie",    "401 403 404" },
	{ "get",    API "/session",               "session_show",        "Session",  "Who am I",                                  "当前身份",
	  WAY_ANY,    "",                         NULL,                  "200=session",                 "" },
	{ "delete", API "/session",               "session_end",         "Session",  "Sign out",                                  "退出登录",
	  WAY_PERSON, "",                         NULL,                  "200=nothing+Set-Cookie",      "" },
	{ "post",   API "/session/step-up",       "session_step_up",     "Session",  "Prove again who it is",                     "再次证明身份",
	  WAY_PERSON, "",                         "proof?",              "200=signed_in+Set-Cookie",    "" },
	{ "post",   API "/session/password",      "session_password",    "Session",  "A new password; ends all other sessions",   "更改密码，并结束其他会话",
	  WAY_PERSON, "",                         "new_password",        "200=signed_in+Set-Cookie",    "" },
	{ "post",   API "/session/totp",          "session_totp_begin",  "Session",  "A secret for one-time codes",               "生成一次性验证码密钥",
	  WAY_PERSON, "",                         NULL,                  "200=totp_secret",             "404 409" },
	{ "put",    API "/session/totp",          "session_totp_set",    "Session",  "Confirm it with a code",                    "以验证码确认密钥",
	  WAY_PERSON, "",                         "totp_code",           "200=recovery_codes",          "404 409" },
	{ "delete", API "/session/totp",          "session_totp_end",    "Session",  "No more one-time codes",                    "停用一次性验证码",
	  WAY_PERSON, "",                         NULL,                  "200=nothing",                 "404 409" },
	{ "get",    API "/sessions",              "session_list",        "Session",  "One's own sessions",                        "本人的会话",
	  WAY_PERSON, "",                         NULL,                  "200=sessions",                "" },
	{ "delete", API "/sessions/{id}",         "session_close",       "Session",  "End one of them",                           "结束其中一个会话",
	  WAY_PERSON, "",                         NULL,                  "200=ended",                   "" },
	{ "post",   API "/enrolment",             "session_enrol",       "Session",  "A first password with an invitation code",  "凭邀请码设置首个密码",
	  WAY_OPEN,   "",                         "enrolment",           "200=enrolled",                "401 403" },
	/* accounts and tokens */
	{ "get",    API "/accounts",              "account_list",        "Account",  "Accounts",                                  "账户列表",
	  WAY_PERSON, "after limit",              NULL,                  "200=accounts",                "" },
	{ "get",    API "/accounts/{login}",      "account_show",        "Account",  "One account",                               "单个账户",
	  WAY_PERSON, "",                         NULL,                  "200=account",                 "" },
	{ "post",   API "/accounts/{login}/invite",      "account_invite",      "Account", "Invite: a code for the first password; two persons for who decides", "发出邀请码；有决定权的人员须两人办理",
	  WAY_PERSON, "",                         NULL,                  "200=invitation 202=break_glass", "409" },
	{ "post",   API "/accounts/{login}/disable",     "account_disable",     "Account", "Disable it",                            "停用账户",
	  WAY_PERSON, "",                         NULL,                  "200=disabled",                "409" },
	{ "post",   API "/accounts/{login}/enable",      "account_enable",      "Account", "Enable it again",                       "恢复账户",
	  WAY_PERSON, "",                         NULL,                  "200=nothing",                 "409" },
	{ "post",   API "/accounts/{login}/unlock",      "account_unlock",      "Account", "Unlock it after failed attempts",       "解除锁定",
	  WAY_PERSON, "",                         NULL,                  "200=nothing",                 "409" },
	{ "post",   API "/accounts/{login}/break-glass", "account_break_glass", "Account", "Break glass: another confirms it",      "紧急启用，须另一人确认",
	  WAY_PERSON, "",                         NULL,                  "202=break_glass",             "409" },
	{ "get",    API "/break-glass",           "break_glass_list",    "Account",  "What waits for the second person",          "待第二人确认的紧急启用",
	  WAY_PERSON, "",                         NULL,                  "200=break_glasses",           "" },
	{ "post",   API "/break-glass/{id}/confirm", "break_glass_confirm", "Account", "Confirm it: gives the code",             "确认并给出验证码",
	  WAY_PERSON, "",                         NULL,                  "200=invitation",              "409" },
	{ "delete", API "/break-glass/{id}",      "break_glass_withdraw", "Account", "Withdraw it",                               "撤回紧急启用",
	  WAY_PERSON, "",                         NULL,                  "200=nothing",                 "409" },
	{ "get",    API "/tokens",                "token_list",          "Token",    "One's own API tokens",                      "本人的接口令牌",
	  WAY_PERSON, "",                         NULL,                  "200=tokens",                  "" },
	{ "post",   API "/tokens",                "token_make",          "Token",    "A new API token, shown once",               "新建接口令牌，仅显示一次",
	  WAY_PERSON, "",                         "new_token",           "201=made_token",              "409" },
	{ "delete", API "/tokens/{id}",           "token_end",           "Token",    "Revoke it",                                 "吊销令牌",
	  WAY_PERSON, "",                         NULL,                  "200=ended",                   "409" },
	/* over all records */
	{ "get",    API "/clocks",                "clock_list",          "Figure",   "What is due, of all open records",          "全部未结记录的时限",
	  WAY_ANY,    "clock_state before limit space", NULL,            "200=clocks",                  "" },
	/* about the daemon */
	{ "get",    API "/catalogue",             "daemon_catalogue",    "Daemon",   "Kinds, moves, words",                       "类别、动作与用语",
	  WAY_ANY,    "",                         NULL,                  "200=catalogue",               "" },
	{ "get",    API "/openapi.json",          "daemon_openapi",      "Daemon",   "This document",                             "本接口文档",
	  WAY_OPEN,   "",                         NULL,                  "200=document",                "" },
	{ "get",    API "/status",                "daemon_status",       "Daemon",   "The daemon",                                "守护进程状态",
	  WAY_ANY,    "",                         NULL,                  "200=status",                  "" },
	{ "post",   API "/checkpoint",            "daemon_checkpoint",   "Daemon",   "A signed checkpoint of the record",         "签署记录检查点",
	  WAY_ANY,    "",                         "checkpoint_wanted?",   "200=checkpoint",              "" },
	{ "post",   API "/time",                  "daemon_time",         "Daemon",   "Demonstration folders only: time passes",   "仅限演示目录：推进时间",
	  WAY_PERSON, "",                         "moment",              "200=given_time",              "404 409" },
	{ "get",    "/health",                    "daemon_health",       "Daemon",   "Is it well, for a second machine",          "健康检查",
	  WAY_OPEN,   "",                         NULL,                  "200=health 503=health",       "" },
	{ "get",    "/metrics",                   "daemon_metrics",      "Daemon",   "Measurements, for Prometheus",              "运行指标（Prometheus）",
	  WAY_OPEN,   "",                         NULL,                  "200~text/plain",              "401 403" },
	{ "get",    "/",                          "daemon_page",         "Daemon",   "The command centre",                        "指挥台页面",
	  WAY_OPEN,   "",                         NULL,                  "200~text/html",               "" },
	/* proposals, saved lists */
	{ "delete", API "/proposals/{proposal}",  "proposal_withdraw",   "Proposal", "Take back a proposal of one's own",         "撤回本人的提议",
	  WAY_ANY,    "",                         NULL,                  "200=withdrawn",               "409" },
	{ "get",    API "/views",                 "view_list",           "View",     "One's saved lists",                         "本人保存的列表",
	  WAY_PERSON, "",                         NULL,                  "200=views",                   "" },
	{ "put",    API "/views/{name}",          "view_save",           "View",     "Save a list",                               "保存列表",
	  WAY_PERSON, "",                         "view",                "200=view_saved 201=view_saved", "" },
	{ "delete", API "/views/{name}",          "view_remove",         "View",     "Remove a saved list",                       "删除保存的列表",
	  WAY_PERSON, "",                         NULL,                  "200=nothing",                 "" },
	/* evidence */
	{ "post",   API "/uploads",               "upload_begin",        "Upload",   "Begin to send an evidence file",            "开始上传证据文件",
	  WAY_ANY,    "",                         "upload_wanted",       "201=upload+Location+Upload-Offset", "" },
	{ "head",   API "/uploads/{id}",          "upload_show",         "Upload",   "How far it is",                             "上传进度",
	  WAY_ANY,    "",                         NULL,                  "204+Upload-Offset+Upload-Length", "409" },
	{ "patch",  API "/uploads/{id}",          "upload_append",       "Upload",   "The next bytes",                            "续传字节",
	  WAY_ANY,    "upload_offset",            "~application/offset+octet-stream", "204+Upload-Offset", "409" },
	{ "post",   API "/uploads/{id}/end",      "upload_end",          "Upload",   "All is sent: seal it",                      "上传完毕并封存",
	  WAY_ANY,    "",                         "digest_wanted",       "200=blob_stored",             "409" },
	{ "delete", API "/uploads/{id}",          "upload_drop",         "Upload",   "Give it up",                                "放弃上传",
	  WAY_ANY,    "",                         NULL,                  "200=nothing",                 "409" },
	/* what comes in, what goes out */
	{ "post",   API "/intake/{source}",       "intake_post",         "Intake",   "Lines of a log go through detection",       "日志逐行检测",
	  WAY_ANY,    "content_encoding",         "~application/x-ndjson text/plain", "200=ingested 202=ingested", "" },
	{ "get",    API "/events",                "event_stream",        "Event",    "What happens, as server-sent events",       "实时事件流",
	  WAY_ANY,    "kinds last_event_id",      NULL,                  "200~text/event-stream",       "" },
};
/* clang-format on */

void route_put_all(json_t *paths)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++)
		operation_put(paths, &routes[i], NULL, NULL);
}
