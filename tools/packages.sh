# packages -- what building, running and testing need on Debian 12 and 13, and their installation.
# Read by ./run and ./test; not a program of its own.

# The HTTP parser is a package of its own since Debian 13; Debian 12 has its C sources in one of node.
llhttp_package() {
	codename=$(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_CODENAME:-}")
	case $codename in
	bookworm) printf node-llhttp ;;
	*) printf libllhttp-dev ;;
	esac
}

# A node that is not Debian's brings its own npm, and Debian's would not go beside it.
npm_package() {
	command -v npm >/dev/null || printf npm
}

build_packages="gcc libc6-dev meson ninja-build pkg-config python3 libjansson-dev libsqlite3-dev libyaml-dev
	libuv1-dev libsodium-dev libssl-dev libpcre2-dev libzxcvbn-dev libcurl4-openssl-dev zlib1g-dev libgmime-3.0-dev
	libqrencode-dev nodejs libxml2-dev libxmlsec1-dev libpango1.0-dev fonts-arphic-uming fonts-arphic-ukai
	fonts-wqy-microhei fonts-liberation $(npm_package) $(llhttp_package)"
test_packages="libcmocka-dev systemd dovecot-imapd chromium fonts-noto-cjk xfsprogs e2fsprogs mount sqlite3
	clang libclang-rt-dev nginx-light openssl python3-jsonschema python3-yaml tzdata libxml2-utils xmlsec1
	poppler-utils pandoc"

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

missing_of() {
	for package in "$@"; do
		case "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" in
		installed) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

# A package that brings a service must not start it here.
hold_services() {
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d'
		trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
	fi
}

release_services() {
	trap - EXIT
	if [ "$(cat /usr/sbin/policy-rc.d 2>/dev/null)" = "$(printf '#!/bin/sh\nexit 101')" ]; then
		as_root rm -f /usr/sbin/policy-rc.d
	fi
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove "$@" >"$log" 2>&1
}

# Install what is missing of the packages named; says nothing when nothing is.
install_packages() {
	wanted=$(missing_of "$@")
	[ -n "$wanted" ] || return 0
	command -v apt-get >/dev/null || stop "needed and not found: $wanted(no apt-get here)"
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null || stop "needs root or sudo to install: $wanted"
	say "installing: $wanted"
	log=$(mktemp)
	hold_services
	# The lists of a fresh machine are empty or old; one update is enough.
	# shellcheck disable=SC2086
	apt_install $wanted || { as_root apt-get update -qq >"$log" 2>&1 && apt_install $wanted; } || {
		tail -20 "$log" >&2
		stop "could not install: $wanted"
	}
	release_services
	rm -f "$log"
}
