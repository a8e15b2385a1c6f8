# Completion of fengsui for bash: source this file, or put it into /usr/share/bash-completion/completions/fengsui.
# Kinds, moves and fields are asked of the daemon whose folder is meant; without one only fixed words appear.
_fengsui() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} data='' url='' i
	local -a words=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--data) data=${COMP_WORDS[i + 1]} && i=$((i + 1)) ;;
		--url) url=${COMP_WORDS[i + 1]} && i=$((i + 1)) ;;
		-*) ;;
		*) words+=("${COMP_WORDS[i]}") ;;
		esac
	done
	case $before in
	--data | --pack | --rules | --maps) mapfile -t COMPREPLY < <(compgen -d -- "$word") && return ;;
	--token-file | --ca) mapfile -t COMPREPLY < <(compgen -f -- "$word") && return ;;
	--lang) mapfile -t COMPREPLY < <(compgen -W 'zh en' -- "$word") && return ;;
	esac
	local ask=(fengsui words ${data:+--data "$data"} ${url:+--url "$url"}) list=''
	if [[ $word == -* ]]; then
		list='--data --url --token-file --ca --pin --proxy --json --lang --as --at --key --seen --occurred --drill --help'
		[[ ${words[0]} == serve ]] && list='--data --demo --pack --origin --at --rules --maps --syslog-udp --syslog-tcp --syslog-tls --syslog-cert --syslog-key --syslog-clients --sources --https --http --cert --key --web --public --ballast --heartbeat'
		[[ ${words[0]} == backup ]] && list='--data --keep --without-keys --full-check --json --lang --help'
		[[ ${words[0]} == restore ]] && list='--data --against --accept-loss --keys --json --lang --help'
		[[ ${words[0]} == doctor ]] && list='--data --port --json --lang --help'
		[[ ${words[0]} == plan ]] && list='--json --lang --no-play --mermaid --rules --maps --data --as --help'
		[[ ${words[0]} == tokens ]] && list+=' --scopes --expires --networks --source --out'
		((${#words[@]} > 1)) && [[ ! ${words[0]} =~ ^(plan|backup|restore|doctor|tokens|accounts)$ ]] && list+=" $("${ask[@]}" "${words[0]}" fields 2>/dev/null)"
	elif ((${#words[@]} == 0)); then
		list="serve watch rules plan record verify backup restore doctor status kinds ingest quarantine withdraw tick checkpoint bundle rebuild publish whoami user api stop sign-in sign-out enrol password totp sessions tokens accounts $("${ask[@]}" 2>/dev/null)"
	elif ((${#words[@]} == 1)); then
		case ${words[0]} in
		plan) list='check show diff publish boundary' ;;
		totp) list='on off' ;;
		sessions) list='end' ;;
		tokens) list='make revoke' ;;
		accounts) list='list show invite disable enable unlock break-glass' ;;
		esac
		[[ -z $list ]] && list="$("${ask[@]}" "${words[0]}" 2>/dev/null)" && list+=' list show history attach'
	fi
	mapfile -t COMPREPLY < <(compgen -W "$list" -- "$word")
	((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
complete -F _fengsui fengsui
