#!/usr/bin/env bash
# Private, throw-away database servers for the tests, on Debian 12.
#
#   databases.sh start [mariadb|mysql|postgres|mariadb118|pg18|all] ...
#   databases.sh stop  [NAME|all] ...       stop (keeps data)
#   databases.sh wipe  [NAME|all] ...       stop and delete the data
#   databases.sh status                     which servers answer, with versions
#   databases.sh env   [NAME|all] ...       print `export ...` lines
#   databases.sh install [NAME|all] ...     only fetch the programs (also of pgbouncer
#                                           and galera, which scripts/setups.py starts)
#   databases.sh roots                      print where unpacked programs are kept
#   databases.sh client                     install what building mysqlclient needs
#   databases.sh python                     install Debian's own venv and headers
#   databases.sh python314                  fetch Python 3.14 and print its path
#
# Everything is idempotent. Servers listen on 127.0.0.1 only, run as an
# unprivileged account, keep their data under $FKDB_DATA and never touch the
# system's own services. Servers that bookworm lacks are unpacked (not
# installed) under $FKDB_ROOTS and run with their own dynamic loader, so the
# system's libc is never upgraded.
#
# Folder and ports come from the path of the checkout: two checkouts never
# share a server. FKDB_DATA, FKDB_ROOTS and FKDB_<NAME>_PORT override them.
set -euo pipefail
umask 022
export LC_ALL=C

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P | cksum | cut -d' ' -f1)
# Data in memory where there is room (DDL is 2 to 4 times as fast), else on disk.
if [ -z "${FKDB_DATA:-}" ]; then
    FKDB_DATA=/dev/shm/fkguard-$CHECKOUT
    if [ ! -d "$FKDB_DATA" ]; then
        [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR==2 {print $4}')" -gt 4000000 ] ||
            FKDB_DATA=/tmp/fkguard-$CHECKOUT
    fi
fi
# Not below root's home: the servers' unprivileged account cannot read there.
if [ -z "${FKDB_ROOTS:-}" ]; then
    if [ "$(id -u)" = 0 ]; then FKDB_ROOTS=/var/cache/fkguard
    else FKDB_ROOTS=${XDG_CACHE_HOME:-$HOME/.cache}/fkguard
    fi
fi
FKDB_MIRROR=${FKDB_MIRROR:-}                    # empty: the mirror in the system's apt sources
FKDB_WAIT=${FKDB_WAIT:-120}                     # seconds to wait for an answer
USERNAME=fkguard PASSWORD=fkguard
ALL="mariadb postgres mysql mariadb118 pg18"

# A port given in the environment, else the one recorded when the server was
# started, else the first one of this checkout (below the ephemeral range).
port_of() {
    local first=$((20000 + CHECKOUT % 1000 * 10)) given
    case $1 in
        mariadb)    given=${FKDB_MARIADB_PORT:-} ;;
        mysql)      given=${FKDB_MYSQL_PORT:-}; first=$((first + 1)) ;;
        mariadb118) given=${FKDB_MARIADB118_PORT:-}; first=$((first + 2)) ;;
        postgres)   given=${FKDB_POSTGRES_PORT:-}; first=$((first + 3)) ;;
        pg18)       given=${FKDB_PG18_PORT:-}; first=$((first + 4)) ;;
        *) die "unknown server '$1' (one of: $ALL)" ;;
    esac
    if [ -n "$given" ]; then echo "$given"
    elif [ -s "$FKDB_DATA/$1.port" ]; then cat "$FKDB_DATA/$1.port"
    else echo "$first"
    fi
}
# Record a port that nobody listens on, ten further each time.
choose_port() {
    local port; port=$(port_of "$1")
    [ "$port" -lt 32000 ] || port=20000
    until port_free "$port"; do
        [ "$port" -lt 32000 ] || die "$1: no free port below 32000"
        port=$((port + 10))
    done
    echo "$port" >"$FKDB_DATA/$1.port"
    [ "$(port_of "$1")" = "$port" ] || die "$1: port $(port_of "$1") is taken by another program"
}
log() { printf '[databases] %s\n' "$*" >&2; }
die() { log "ERROR: $*"; exit 1; }

# ---------------------------------------------------------------- accounts --
# Neither postgres nor mysqld may run as root: drop to "nobody".
if [ "$(id -u)" = 0 ]; then
    RUN_UID=$(id -u nobody) RUN_GID=$(id -g nobody)
    as_user() { setpriv --reuid="$RUN_UID" --regid="$RUN_GID" --clear-groups -- "$@"; }
    give() { chown "$RUN_UID:$RUN_GID" "$@"; }
    SPAWN_PREFIX=(setpriv "--reuid=$RUN_UID" "--regid=$RUN_GID" --clear-groups --)
else
    as_user() { "$@"; }
    give() { :; }
    SPAWN_PREFIX=()
fi

dir_of()  { echo "$FKDB_DATA/$1"; }

# --------------------------------------------------------------- processes --
# Pid of OUR server (recorded pid whose command line names our directory).
pid_of() {
    local f pid
    f="$(dir_of "$1")/server.pid"
    [ -s "$f" ] || return 1
    read -r pid <"$f"
    [ -r "/proc/$pid/cmdline" ] || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$(dir_of "$1")/" || return 1
    echo "$pid"
}
spawn() { # name program args...: detached; survives the calling shell
    local name=$1 d; shift
    d=$(dir_of "$name")
    : >"$d/stdout.log"
    (cd "$d" && exec setsid "${SPAWN_PREFIX[@]}" "$@" </dev/null >>"$d/stdout.log" 2>&1 9>&-) &
    echo $! >"$d/server.pid"
}
answers() { # prints the version when the server takes fkguard's password
    case $1 in
        postgres|pg18)
            PGPASSWORD=$PASSWORD PGCONNECT_TIMEOUT=2 psql_of "$1" -X -At -h 127.0.0.1 \
                -p "$(port_of "$1")" -U "${2:-$USERNAME}" -d postgres -c 'SHOW server_version' 2>/dev/null ;;
        *)
            mariadb --no-defaults --connect-timeout=2 -N -B -h 127.0.0.1 -P "$(port_of "$1")" \
                -u "$USERNAME" "-p$PASSWORD" -e 'SELECT VERSION()' 2>/dev/null ;;
    esac
}
wait_answer() { # name [user]
    local name=$1 user=${2:-$USERNAME} end=$((SECONDS + FKDB_WAIT))
    until answers "$name" "$user" >/dev/null && pid_of "$name" >/dev/null; do
        pid_of "$name" >/dev/null || { tail -n 30 "$(dir_of "$name")"/*.log >&2; die "$name died while starting"; }
        [ $SECONDS -lt $end ] || { tail -n 30 "$(dir_of "$name")"/*.log >&2; die "$name gave no answer in ${FKDB_WAIT}s"; }
        sleep 0.1
    done
}
port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# ---------------------------------------------------------------- programs --
apt_system() {
    [ "$(id -u)" = 0 ] || die "needs root to install: $*"
    local o=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 -o Dpkg::Use-Pty=0)
    log "installing $*"
    mkdir -p "$FKDB_DATA"
    (
        flock 6
        export DEBIAN_FRONTEND=noninteractive
        apt-get install "${o[@]}" "$@" && exit
        apt-get update -q -o Acquire::Retries=5
        apt-get install "${o[@]}" "$@"
    ) 6>"$FKDB_DATA/.apt.lock" >"$FKDB_DATA/apt.$$.log" 2>&1 9>&- || { tail -n 20 "$FKDB_DATA/apt.$$.log" >&2; die "apt-get install $* failed"; }
}
# What building the mysqlclient wheel needs.
install_client() {
    dpkg -s default-libmysqlclient-dev pkg-config gcc >/dev/null 2>&1 ||
        apt_system default-libmysqlclient-dev pkg-config gcc
    need_mariadb_client
}
need_mariadb_client() { command -v mariadb >/dev/null || apt_system mariadb-client-core; }
psql_of() { # name args...: the server's own psql
    local name=$1; shift
    if [ "$name" = pg18 ]; then
        loader pg18
        "${LOADER[@]}" "$FKDB_ROOTS/pg18/usr/lib/postgresql/18/bin/psql" "$@"
    else
        /usr/lib/postgresql/15/bin/psql "$@"
    fi
}
install_mariadb() {
    [ -x /usr/sbin/mariadbd ] && command -v mariadb >/dev/null && return
    apt_system mariadb-server-core mariadb-client-core
}
install_postgres() {
    [ -x /usr/lib/postgresql/15/bin/postgres ] && return
    # keep the package from making a system cluster
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    apt_system postgresql-15
}

# Programs of a later Debian, unpacked (never installed) under $FKDB_ROOTS.
#
# apt resolves the package against an EMPTY status file, so it names the whole
# closure down to libc6; the .debs are verified by apt as usual (the system's
# Debian keyring) and unpacked with dpkg -x: no maintainer script runs and
# nothing outside $FKDB_ROOTS changes.
mirror() {
    [ -n "$FKDB_MIRROR" ] && { echo "$FKDB_MIRROR"; return; }
    apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        awk '$2 ~ /^(bookworm|trixie|forky|sid)$/ { print $1; exit }'
}
# In the closures, but of no use to a server started by hand.
SKIP='^(perl|perl-.*|libperl.*|lib.*-perl|systemd|libsystemd-shared|locales|libc-l10n|libc-bin|'
SKIP+='libc-gconv-modules-extra|adduser|passwd|login.*|procps|debconf|openssl|ssl-cert|sysvinit-utils|'
SKIP+='ucf|sensible-utils|netbase|base-passwd|postgresql-common.*|postgresql-client-common|tzdata)$'
fetch_root() { # name suite packages -> $FKDB_ROOTS/name/usr/...
    local name=$1 suite=$2 packages=$3 root=$FKDB_ROOTS/$1 url try
    [ -e "$root/.complete" ] && return
    for c in apt-get dpkg awk flock setsid; do command -v $c >/dev/null || die "$c is missing"; done
    mkdir -p "$FKDB_ROOTS"
    (
        flock 8
        [ -e "$root/.complete" ] && exit 0
        url=$(mirror); [ -n "$url" ] || die "no Debian mirror in the apt sources (set FKDB_MIRROR)"
        work=$FKDB_ROOTS/.apt-$suite
        mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
        : >"$work/status"
        # the system's fetch settings (proxy, dates, ...) but none of its hooks
        {
            apt-config dump | grep '^Acquire::' || :
            cat <<CONF
Acquire::Retries "5";
Acquire::Languages "none";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::Lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
CONF
        } >"$work/apt.conf"
        export APT_CONFIG=$work/apt.conf
        # A suite that moves (sid, testing) may change between update and
        # download, or be mid-transition: try again, then let apt also take
        # libraries from testing.
        for try in 1 2 3 4; do
            echo "deb $url $suite main" >"$work/sources.list"
            [ $try -lt 3 ] || [ "$suite" != sid ] || echo "deb $url testing main" >>"$work/sources.list"
            log "$name: fetching $packages from $suite (try $try)"
            rm -rf "$root" "$root.tmp"; mkdir -p "$root.tmp/debs"
            apt-get -q update >"$work/update.log" 2>&1 || { tail -n 5 "$work/update.log" >&2; continue; }
            apt-get -q -s install $packages >"$work/closure.log" 2>&1 ||
                { tail -n 15 "$work/closure.log" >&2; continue; }
            awk '/^Inst / { gsub(/[(\[]/, "", $3); print $2 }' "$work/closure.log" | grep -vE "$SKIP" >"$work/names"
            (cd "$root.tmp/debs" && xargs -a "$work/names" apt-get -q download) \
                >"$work/download.log" 2>&1 || { tail -n 15 "$work/download.log" >&2; continue; }
            for deb in "$root.tmp"/debs/*.deb; do dpkg -x "$deb" "$root.tmp"; done
            # bookworm's libc is not in /usr, and its loader is an absolute link
            if [ ! -L "$root.tmp/lib" ] && [ -d "$root.tmp/lib64" ]; then
                mkdir -p "$root.tmp/usr/lib64"
                cp -a "$root.tmp/lib" "$root.tmp/usr/"
                ln -sf ../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$root.tmp/usr/lib64/"
            fi
            (cd "$root.tmp/debs" && ls) >"$root.tmp/.packages"
            du -sb "$root.tmp/debs" | awk '{print $1}' >"$root.tmp/.download-bytes"
            rm -rf "$root.tmp/debs" "$root.tmp/usr/share/doc" "$root.tmp/usr/share/man"
            touch "$root.tmp/.complete"
            mv "$root.tmp" "$root"
            rm -rf "$work"                  # apt's lists and caches: 100 MB
            exit 0
        done
        die "could not fetch $packages from $suite"
    ) 8>"$FKDB_ROOTS/.lock"
}
# The command prefix that runs a program of a root with the root's own libc.
loader() { # name
    local r=$FKDB_ROOTS/$1
    LOADER=("$r/usr/lib64/ld-linux-x86-64.so.2" --library-path "$r/usr/lib/x86_64-linux-gnu")
}
check_root() { # name program: every library it needs is in the root
    local r=$FKDB_ROOTS/$1 out
    loader "$1"
    out=$("${LOADER[@]}" --list "$r/$2") || die "$1: $out"
    ! grep -E 'not found' <<<"$out" >&2 || die "$1: libraries missing"
}
install_mysql()      { fetch_root mysql97    sid    mysql-server-core;   check_root mysql97 usr/sbin/mysqld; }
# Not installed: their packages would start services of the system's.
install_pgbouncer()  { fetch_root pgbouncer bookworm pgbouncer; check_root pgbouncer usr/sbin/pgbouncer; }
install_galera() {
    install_mariadb
    fetch_root galera bookworm mariadb-server       # with the scripts that bring a node up to date
    command -v rsync >/dev/null && command -v lsof >/dev/null || apt_system rsync lsof
}
install_mariadb118() { fetch_root mariadb118 trixie mariadb-server-core; check_root mariadb118 usr/sbin/mariadbd; }
install_pg18() {
    fetch_root pg18 forky postgresql-18
    local r=$FKDB_ROOTS/pg18 b=$FKDB_ROOTS/pg18/usr/lib/postgresql/18/bin
    if [ ! -e "$b/postgres.real" ]; then
        # initdb executes the "postgres" beside it by name, so that name must
        # be something the system's loader can start: a wrapper.
        loader pg18
        printf '#!/bin/sh\nexec "%s" --argv0 "%s" %s "%s" "%s" "$@"\n' \
            "${LOADER[0]}" "$b/postgres" "${LOADER[1]}" "${LOADER[2]}" "$b/postgres.real" >"$b/postgres.sh"
        chmod 755 "$b/postgres.sh"
        mv "$b/postgres" "$b/postgres.real"
        mv "$b/postgres.sh" "$b/postgres"
    fi
    check_root pg18 usr/lib/postgresql/18/bin/postgres.real
}

# A Python that bookworm lacks, with what venv and mysqlclient need. Its program is a
# wrapper that runs it with the root's own libc; environments link to that.
install_python314() {
    local r=$FKDB_ROOTS/python314 version=3.14
    fetch_root python314 forky "python$version-venv python$version-dev"
    [ ! -e "$r/usr/bin/python$version.real" ] || return 0
    check_root python314 "usr/bin/python$version"
    loader python314
    # Their names in Debian are absolute, or found by a compiler's default paths.
    sed -i "s#'/usr/share/python-wheels#'$r/usr/share/python-wheels#" \
        "$r/usr/lib/python$version"/_sysconfigdata__*.py
    ln -sfn ../x86_64-linux-gnu "$r/usr/include/python$version/x86_64-linux-gnu"
    printf '#!/bin/sh\nexec "%s" --argv0 "$0" %s "%s" "%s" "$@"\n' \
        "${LOADER[@]}" "$r/usr/bin/python$version.real" >"$r/usr/bin/python$version.sh"
    chmod 755 "$r/usr/bin/python$version.sh"
    mv "$r/usr/bin/python$version" "$r/usr/bin/python$version.real"
    mv "$r/usr/bin/python$version.sh" "$r/usr/bin/python$version"
}

# ------------------------------------------------------------ MySQL family --
accounts_sql() { # one statement per line: the servers' --init-file format
    local h
    for h in % localhost 127.0.0.1; do
        echo "CREATE USER IF NOT EXISTS '$USERNAME'@'$h' IDENTIFIED BY '$PASSWORD';"
        echo "GRANT ALL PRIVILEGES ON *.* TO '$USERNAME'@'$h' WITH GRANT OPTION;"
        echo "CREATE USER IF NOT EXISTS 'root'@'$h' IDENTIFIED BY '';"
        echo "GRANT ALL PRIVILEGES ON *.* TO 'root'@'$h' WITH GRANT OPTION;"
    done
}
# Every server needs a tmpdir of its own: a starting mariadbd deletes all "#sql*"
# files of its tmpdir, another server's live temporary tables included.
new_dir() { # name subfolder...
    local d f; d=$(dir_of "$1")
    rm -rf "$d"; mkdir -p "$d"; give "$d"; shift
    for f in "$@"; do mkdir -p "$d/$f"; give "$d/$f"; done
}
write_mariadb_cnf() { # name
    local d; d=$(dir_of "$1")
    cat >"$d/my.cnf" <<CNF
[mariadbd]
datadir=$d/data
tmpdir=$d/tmp
socket=$d/server.sock
pid-file=$d/mysqld.pid
log-error=$d/error.log
port=$(port_of "$1")
bind-address=127.0.0.1
init-file=$d/accounts.sql
skip-name-resolve
skip-log-bin
character-set-server=utf8mb4
max_connections=200
performance_schema=OFF
innodb_buffer_pool_size=64M
innodb_log_file_size=32M
innodb_flush_log_at_trx_commit=0
innodb_doublewrite=0
innodb_flush_method=nosync
innodb_stats_persistent=OFF
aria_pagecache_buffer_size=16M
key_buffer_size=8M
debug-no-sync
CNF
}
start_mariadb118() {
    local d r=$FKDB_ROOTS/mariadb118 f; d=$(dir_of mariadb118)
    loader mariadb118
    if [ ! -e "$d/.initialised" ]; then
        new_dir mariadb118 tmp data data/mysql
        # what mariadb-install-db does, less the helper programs it wants
        {
            printf '%s;\n' "create database if not exists mysql" "use mysql" "SET @auth_root_socket=NULL"
            for f in system_tables performance_tables system_tables_data; do cat "$r/usr/share/mariadb/mariadb_$f.sql"; done
            cat "$r/usr/share/mariadb/fill_help_tables.sql" "$r/usr/share/mariadb/maria_add_gis_sp_bootstrap.sql" \
                "$r/usr/share/mariadb/mariadb_sys_schema.sql"
        } | as_user "${LOADER[@]}" "$r/usr/sbin/mariadbd" --no-defaults --bootstrap --basedir="$r/usr" \
            --datadir="$d/data" --tmpdir="$d/tmp" --plugin-dir="$r/usr/lib/mysql/plugin" --lc-messages-dir="$r/usr/share/mariadb" \
            --character-sets-dir="$r/usr/share/mariadb/charsets" --log-warnings=0 --enforce-storage-engine="" \
            --max_allowed_packet=8M --net_buffer_length=16K \
            --innodb-flush-method=nosync --innodb-log-file-size=32M >"$d/init.log" 2>&1 9>&- ||
            { tail -n 30 "$d/init.log" >&2; die "mariadb 11.8 bootstrap failed"; }
        touch "$d/.initialised"
    fi
    write_mariadb_cnf mariadb118
    cat >>"$d/my.cnf" <<CNF
basedir=$r/usr
plugin-dir=$r/usr/lib/mysql/plugin
lc-messages-dir=$r/usr/share/mariadb
character-sets-dir=$r/usr/share/mariadb/charsets
CNF
    accounts_sql >"$d/accounts.sql"
    spawn mariadb118 "${LOADER[@]}" "$r/usr/sbin/mariadbd" --defaults-file="$d/my.cnf"
    wait_answer mariadb118
}
start_mysql() {
    local d r=$FKDB_ROOTS/mysql97; d=$(dir_of mysql)
    loader mysql97
    [ -e "$d/.initialised" ] || new_dir mysql tmp
    cat >"$d/my.cnf" <<CNF
[mysqld]
basedir=$r/usr
lc-messages-dir=$r/usr/share/mysql
character-sets-dir=$r/usr/share/mysql/charsets
plugin-dir=$r/usr/lib/mysql/plugin
datadir=$d/data
tmpdir=$d/tmp
socket=$d/server.sock
pid-file=$d/mysqld.pid
log-error=$d/error.log
port=$(port_of mysql)
bind-address=127.0.0.1
secure-file-priv=NULL
mysqlx=OFF
skip-name-resolve
skip-log-bin
max_connections=200
performance_schema=OFF
innodb_buffer_pool_size=64M
innodb_redo_log_capacity=32M
innodb_flush_log_at_trx_commit=0
innodb_doublewrite=OFF
innodb_flush_method=nosync
innodb_use_native_aio=OFF
innodb_stats_persistent=OFF
CNF
    if [ ! -e "$d/.initialised" ]; then
        as_user "${LOADER[@]}" "$r/usr/sbin/mysqld" --defaults-file="$d/my.cnf" --initialize-insecure \
            >"$d/init.log" 2>&1 </dev/null 9>&- || { tail -n 30 "$d/error.log" >&2; die "mysqld --initialize failed"; }
        touch "$d/.initialised"
    fi
    accounts_sql >"$d/accounts.sql"
    echo "init-file=$d/accounts.sql" >>"$d/my.cnf"
    spawn mysql "${LOADER[@]}" "$r/usr/sbin/mysqld" --defaults-file="$d/my.cnf"
    wait_answer mysql
}
start_mariadb() {
    local d; d=$(dir_of mariadb)
    if [ ! -e "$d/.initialised" ]; then
        new_dir mariadb tmp data
        as_user mariadb-install-db --no-defaults --basedir=/usr --datadir="$d/data" \
            --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
            --tmpdir="$d/tmp" --innodb-flush-method=nosync --innodb-log-file-size=32M >"$d/init.log" 2>&1 </dev/null 9>&- ||
            { cat "$d/init.log" >&2; die "mariadb-install-db failed"; }
        touch "$d/.initialised"
    fi
    write_mariadb_cnf mariadb
    accounts_sql >"$d/accounts.sql"
    spawn mariadb /usr/sbin/mariadbd --defaults-file="$d/my.cnf"
    wait_answer mariadb
}

# -------------------------------------------------------------- PostgreSQL --
start_pg() { # name bindir
    local name=$1 bin=$2 d; d=$(dir_of "$1")
    if [ ! -e "$d/.initialised" ]; then
        new_dir "$name" data
        as_user ${INITDB[@]+"${INITDB[@]}"} "$bin/initdb" -D "$d/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N \
            >"$d/init.log" 2>&1 </dev/null 9>&- || { tail -n 30 "$d/init.log" >&2; die "initdb failed"; }
        touch "$d/.initialised"
    fi
    rm -f "$d/data/postmaster.pid" "$d"/.s.PGSQL.*     # left by a killed server
    spawn "$name" "$bin/postgres" -D "$d/data" -p "$(port_of "$name")" -k "$d" \
        -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=64MB \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
        -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off
    wait_answer "$name" postgres
    psql_of "$name" -X -q -h 127.0.0.1 -p "$(port_of "$name")" -U postgres -d postgres -c \
        "DO \$\$ BEGIN CREATE ROLE $USERNAME LOGIN SUPERUSER PASSWORD '$PASSWORD';
         EXCEPTION WHEN duplicate_object THEN NULL; END \$\$" >&2
    wait_answer "$name"
}
start_postgres() { start_pg postgres /usr/lib/postgresql/15/bin; }
start_pg18() {
    loader pg18
    INITDB=("${LOADER[@]}")
    start_pg pg18 "$FKDB_ROOTS/pg18/usr/lib/postgresql/18/bin"
}

# ------------------------------------------------------------ sub-commands --
supported() {
    local VERSION_CODENAME=
    . /etc/os-release
    [ "$VERSION_CODENAME" = bookworm ] && [ "$(uname -m)" = x86_64 ] ||
        die "servers can be fetched on Debian 12 (bookworm) on x86_64 only"
}
do_install() {
    supported
    case $1 in postgres|pg18|pgbouncer) ;; *) need_mariadb_client ;; esac
    "install_$1"
}
do_start() (
    name=$1; t0=$(date +%s.%N)
    supported
    mkdir -p "$FKDB_DATA"
    # the names in /dev/shm and /tmp can be foretold
    [ -O "$FKDB_DATA" ] || die "$FKDB_DATA belongs to someone else"
    exec 9>"$FKDB_DATA/$name.lock"
    flock 9
    # one that is up but busy gets its time: others may be using it
    if pid_of "$name" >/dev/null && (wait_answer "$name"); then
        log "$name already runs: $(answers "$name") on 127.0.0.1:$(port_of "$name")"
        return
    fi
    do_install "$name"
    do_stop "$name"
    choose_port "$name"
    set +e; (set -e; "start_$name"); rc=$?; set -e
    if [ $rc != 0 ]; then
        # the data may be what is broken (a machine cut off: nothing is fsynced)
        log "$name: once more, with new data"
        do_stop "$name"; rm -rf "$(dir_of "$name")"
        choose_port "$name"
        "start_$name"
    fi
    log "$name $(answers "$name") on 127.0.0.1:$(port_of "$name"), up in $(awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $t0 }") s"
)
do_stop() {
    local name=$1 pid end=$((SECONDS + 60))
    pid=$(pid_of "$name") || return 0
    case $name in postgres|pg18) kill -INT "$pid" ;; *) kill -TERM "$pid" ;; esac
    while [ -d "/proc/$pid" ] && pid_of "$name" >/dev/null; do
        [ $SECONDS -lt $end ] || { kill -KILL "$pid"; break; }
        sleep 0.1
    done
    log "$name stopped"
}
do_env() {
    local n scheme
    for n in "$@"; do
        case $n in postgres|pg18) scheme=postgres ;; *) scheme=mysql ;; esac
        echo "export FKGUARD_${n^^}_URL=$scheme://$USERNAME:$PASSWORD@127.0.0.1:$(port_of "$n")/"
    done
}

cmd=${1:-help}; [ $# -eq 0 ] || shift
names=("$@")
if [ $# -eq 0 ] || [ "$*" = all ]; then read -r -a names <<<"$ALL"; fi
if [ "$cmd" = install ]; then
    for n in "${names[@]}"; do declare -F "install_$n" >/dev/null || die "unknown program '$n'"; done
else
    for n in "${names[@]}"; do port_of "$n" >/dev/null; done
fi
case $cmd in
    start)   if [ ${#names[@]} = 1 ]; then do_start "${names[0]}"; exit; fi
             pids=() rc=0                       # several: side by side
             for n in "${names[@]}"; do "$BASH" "$0" start "$n" & pids+=($!); done
             for p in "${pids[@]}"; do wait "$p" || rc=1; done
             exit $rc ;;
    stop)    for n in "${names[@]}"; do do_stop "$n"; done ;;
    wipe)    for n in "${names[@]}"; do do_stop "$n"; rm -rf "$(dir_of "$n")" "$FKDB_DATA/$n".{port,lock}; done
             rm -f "$FKDB_DATA"/apt.*.log "$FKDB_DATA/.apt.lock"
             [ ! -d "$FKDB_DATA" ] || rmdir --ignore-fail-on-non-empty "$FKDB_DATA" ;;
    install) for n in "${names[@]}"; do do_install "$n"; done ;;
    status)  for n in "${names[@]}"; do
                 if v=$(answers "$n"); then echo "$n up 127.0.0.1:$(port_of "$n") $v"; else echo "$n down"; fi
             done ;;
    client)  supported; install_client ;;
    roots)   echo "$FKDB_ROOTS" ;;
    python)  supported; apt_system python3-venv python3-dev ;;
    python314) supported; install_python314 >&2; echo "$FKDB_ROOTS/python314/usr/bin/python3.14" ;;
    env)     do_env "${names[@]}" ;;
    *)       sed -n '2,23s/^# \{0,1\}//p' "$0"; [ "$cmd" = help ] ;;
esac
