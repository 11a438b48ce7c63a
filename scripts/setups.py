"""
Start poolers, clusters and replicas on loopback, as production arranges them.

A set-up has nodes that a client connects to, each with a name. Programs come from
Debian packages (scripts/databases.sh). Servers run without privileges, keep their
data in one temporary folder, each with a temporary folder of its own, and end with
the process that started them, however that one ends.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

from servers import ROOT, command

#: Seconds that a server has to answer, and a cluster to be complete.
SECONDS = 120
#: Seconds that a server has to end by itself.
ENDING_SECONDS = 20
USER = PASSWORD = "fkguard"
POSTGRESQL = Path("/usr/lib/postgresql/15/bin")
#: Memory in which data is kept where there is room: DDL is two to four times as fast.
MEMORY, ROOM = Path("/dev/shm"), 3 * 2**30


class SetupError(Exception):
    """A set-up could not be started."""


def install(*programs: str) -> None:
    """Fetch programs; raise ``SetupError`` if that fails."""
    script = str(ROOT / "scripts" / "databases.sh")
    if command("bash", script, "install", *programs).returncode:
        raise SetupError(f"{' and '.join(programs)} could not be installed")


def root_of(program: str) -> Path:
    """Return the folder in which a program was unpacked."""
    script = str(ROOT / "scripts" / "databases.sh")
    return Path(command("bash", script, "roots").stdout.strip()) / program


def loaded(root: Path, program: str) -> list[str]:
    """Return the command that runs an unpacked program with its own libraries."""
    usr = root / "usr"
    loader = str(usr / "lib64" / "ld-linux-x86-64.so.2")
    libraries = str(usr / "lib" / "x86_64-linux-gnu")
    return [loader, "--library-path", libraries, str(usr / program)]


_given_ports: set[int] = set()


def free_port(*more: int) -> int:
    """Return a port of loopback that is free, as are those that far above it."""
    # Below the ephemeral ports, and in an order of this process's own.
    start = 20000 + os.getpid() * 37 % 12000
    for port in [*range(start, 32000), *range(20000, start)]:
        ports = [port, *(port + each for each in more)]
        if _given_ports.isdisjoint(ports) and all(map(_is_free, ports)):
            _given_ports.update(ports)
            return port
    raise SetupError("no free port between 20000 and 32000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for(what: str, is_so: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Ask until it is so; raise ``SetupError`` after `seconds`."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise SetupError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)


class Server(ABC):
    """One server process with a folder of its own."""

    #: How a server is asked to end at once, without waiting for its clients.
    ending = signal.SIGTERM

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder / name
        self.port = free_port()
        self.log = self.folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        #: Variables of its own.
        self.environment: dict[str, str] = {}
        make_folder(self.folder)

    def spawn(self, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*UNPRIVILEGED, *arguments],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def run(self, *arguments: str) -> None:
        """Run a program that prepares data; raise ``SetupError`` if it fails."""
        with self.log.open("ab") as log:
            done = subprocess.run(
                [*UNPRIVILEGED, *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if done.returncode:
            raise SetupError(f"{arguments[0]} failed\n{self.tail()}")

    @abstractmethod
    def client(self, sql: str, database: str) -> list[str]:
        """Return the command that sends SQL."""

    def ask(self, sql: str, database: str = "") -> str | None:
        """Return what a query prints, or None where the server gives an error."""
        done = subprocess.run(
            self.client(sql, database),
            env={**os.environ, "PGPASSWORD": PASSWORD, "PGCONNECT_TIMEOUT": "3"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        self.error = done.stderr.strip()
        return done.stdout.strip() if done.returncode == 0 else None

    def execute(self, sql: str, database: str = "") -> str:
        """Run SQL and return what it prints; raise ``SetupError`` if it fails."""
        answer = self.ask(sql, database)
        if answer is None:
            raise SetupError(f"{self.name}: {sql}: {self.error}")
        return answer

    def wait(self, sql: str, answer: str, seconds: float = SECONDS) -> None:
        """Wait until a query gives an answer."""

        def is_so() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise SetupError(f"{self.name} ended while starting\n{self.tail()}")
            return self.ask(sql) == answer

        try:
            wait_for(f"{self.name}: {sql}", is_so, seconds)
        except SetupError as error:
            raise SetupError(f"{error}\n{self.error}\n{self.tail()}") from None

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-25:])

    def end(self) -> None:
        """End a server whose data is of no more use."""
        self.stop()

    def stop(self) -> None:
        """Have the server end, its data complete."""
        if self.process is None:
            return
        self.process.send_signal(self.ending)
        try:
            self.process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


#: Server processes are nobody's, and end with the process that started them.
UNPRIVILEGED = ["setpriv", "--pdeathsig=KILL"]
if os.getuid() == 0:
    UNPRIVILEGED += ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
UNPRIVILEGED.append("--")


def make_folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    give(path)


def give(path: Path) -> None:
    """Give a file to the account that servers run as."""
    if os.getuid() == 0:
        shutil.chown(path, "nobody", "nogroup")


def copy_folder(old: Path, new: Path) -> None:
    """Copy a data folder with its owners."""
    subprocess.run(["cp", "-a", str(old), str(new)], check=True)


# PostgreSQL


class PostgreSQL(Server):
    """A PostgreSQL server."""

    scheme = "postgres"
    ending = signal.SIGINT

    def initialise(self) -> None:
        self.run(
            *(str(POSTGRESQL / "initdb"), "--pgdata=data", f"--username={USER}"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        )

    def start(self, *settings: str) -> None:
        options = [
            *("listen_addresses=127.0.0.1", "max_connections=100", "fsync=off"),
            *("shared_buffers=32MB", "synchronous_commit=off", "full_page_writes=off"),
            *("max_worker_processes=2", "max_wal_senders=4", "max_wal_size=256MB"),
            *settings,
        ]
        self.spawn(
            *(str(POSTGRESQL / "postgres"), "-D", "data", "-p", str(self.port)),
            *("-k", str(self.folder)),
            *(word for each in options for word in ("-c", each)),
        )
        self.wait("SELECT 1", "1")

    def client(self, sql: str, database: str) -> list[str]:
        return [
            *(str(POSTGRESQL / "psql"), "-X", "-At", "-h", "127.0.0.1"),
            *("-p", str(self.port), "-U", USER, "-d", database or "postgres"),
            *("-c", sql),
        ]


class PgBouncer(PostgreSQL):
    """A pooler before a PostgreSQL server."""

    def start(self, *settings: str) -> None:
        (mode, server) = settings
        configuration = self.folder / "pgbouncer.ini"
        accounts = self.folder / "accounts.txt"
        accounts.write_text(f'"{USER}" "{PASSWORD}"\n')
        configuration.touch(mode=0o600)  # It may hold a password.
        give(configuration)
        # Each transaction gets the backend that has waited longest, so that two in
        # a row of one client seldom meet the same.
        configuration.write_text(
            "[databases]\n"
            f"* = {server}\n"
            "[pgbouncer]\n"
            "listen_addr = 127.0.0.1\n"
            f"listen_port = {self.port}\n"
            "unix_socket_dir =\n"
            "auth_type = plain\n"
            f"auth_file = {accounts}\n"
            f"admin_users = {USER}\n"
            f"pool_mode = {mode}\n"
            "max_client_conn = 200\n"
            f"default_pool_size = {40 if mode == 'session' else 6}\n"
            f"min_pool_size = {0 if mode == 'session' else 6}\n"
            "server_round_robin = 1\n"
        )
        root = root_of("pgbouncer")
        self.spawn(*loaded(root, "sbin/pgbouncer"), str(configuration))
        self.wait("SELECT 1", "1")


# MySQL family


class MySQLFamily(Server):
    """A MySQL or MariaDB server."""

    scheme = "mysql"
    section = "mysqld"
    common = [
        "skip-name-resolve",
        "bind-address=127.0.0.1",
        "max_connections=80",
        "innodb_buffer_pool_size=24M",
        "innodb_flush_log_at_trx_commit=0",
        "innodb_flush_method=nosync",
        "innodb_stats_persistent=OFF",
    ]

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        make_folder(self.folder / "tmp")

    def configure(self, *settings: str) -> None:
        lines = [
            f"[{self.section}]",
            f"datadir={self.folder}/data",
            f"tmpdir={self.folder}/tmp",
            f"socket={self.folder}/server.sock",
            f"pid-file={self.folder}/server.pid",
            f"port={self.port}",
            *self.common,
            *settings,
        ]
        (self.folder / "my.cnf").write_text("\n".join(lines) + "\n")

    @abstractmethod
    def program(self) -> list[str]:
        """Return the command that starts the server."""

    def start(self, *arguments: str) -> None:
        defaults = f"--defaults-file={self.folder}/my.cnf"
        self.spawn(*self.program(), defaults, *arguments)
        self.wait("SELECT 1", "1")

    def end(self) -> None:
        # Its own way takes MySQL ten seconds.
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def take_data(self, other: MySQLFamily) -> None:
        """Begin with a copy of the data of a server that has ended."""
        copy_folder(other.folder / "data", self.folder / "data")

    def start_with_accounts(self, *arguments: str) -> None:
        """Start for the first time, when nobody but the server itself may log in."""
        accounts = self.folder / "accounts.sql"
        accounts.write_text(
            f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
            "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';\n"
            f"GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
            "GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        self.start(f"--init-file={accounts}", *arguments)

    def client(self, sql: str, database: str) -> list[str]:
        return [
            *("mariadb", "--no-defaults", "--connect-timeout=3", "-N", "-B"),
            *("-h", "127.0.0.1", "-P", str(self.port), "-u", "root", "-e", sql),
            *([database] if database else []),
        ]


class MariaDB(MySQLFamily):
    """A MariaDB server of the system's packages."""

    section = "mariadbd"
    common = [
        *MySQLFamily.common,
        "performance_schema=OFF",
        "innodb_log_file_size=16M",
        "innodb_doublewrite=0",
        "aria_pagecache_buffer_size=8M",
        "key_buffer_size=4M",
        "debug-no-sync",
    ]

    def program(self) -> list[str]:
        return ["/usr/sbin/mariadbd"]

    def initialise(self, *settings: str) -> None:
        make_folder(self.folder / "data")
        self.run(
            *("mariadb-install-db", "--no-defaults", "--basedir=/usr"),
            *(f"--datadir={self.folder}/data", f"--tmpdir={self.folder}/tmp"),
            *("--auth-root-authentication-method=normal", "--skip-test-db"),
            *("--skip-name-resolve", "--innodb-flush-method=nosync"),
            *("--innodb-log-file-size=16M", *settings),
        )


class MySQL(MySQLFamily):
    """A MySQL server, unpacked."""

    common = [
        *MySQLFamily.common,
        "mysqlx=OFF",
        "secure-file-priv=NULL",
        "innodb_redo_log_capacity=32M",
        "innodb_doublewrite=OFF",
        "innodb_use_native_aio=OFF",
        "table_open_cache=200",
        "table_definition_cache=400",
    ]

    def configure(self, *settings: str) -> None:
        usr = root_of("mysql97") / "usr"
        super().configure(
            f"basedir={usr}",
            f"lc-messages-dir={usr}/share/mysql",
            f"character-sets-dir={usr}/share/mysql/charsets",
            f"plugin-dir={usr}/lib/mysql/plugin",
            *settings,
        )

    def program(self) -> list[str]:
        return loaded(root_of("mysql97"), "sbin/mysqld")

    def initialise(self) -> None:
        defaults = f"--defaults-file={self.folder}/my.cnf"
        self.run(*self.program(), defaults, "--initialize-insecure")

    def take_data(self, other: MySQLFamily) -> None:
        super().take_data(other)
        # The server's own id: members of a group are told apart by it.
        (self.folder / "data" / "auto.cnf").unlink()


# Set-ups


class Setup(ABC):
    """Servers that work together, and the nodes that a client connects to."""

    name = ""
    #: What `make clusters DB=` chooses it by.
    database = ""
    programs: Sequence[str] = ()
    #: Settings of the connection, as of DATABASES.
    settings: dict[str, object] = {}
    #: How many of the nodes, from the first, take writes; None: all.
    writing: int | None = None
    #: Whether another node is made the one that takes writes.
    elects = False

    def __init__(self) -> None:
        self.servers: list[Server] = []
        self.folder = Path()

    def __enter__(self) -> Setup:
        if not shutil.which("setpriv"):
            raise SetupError("set-ups are started on Linux only: setpriv is missing")
        install(*self.programs)
        has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
        self.folder = Path(
            tempfile.mkdtemp(prefix="fkguard-", dir=MEMORY if has_room else None)
        )
        self.folder.chmod(0o755)
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> None:
        """Start the nodes."""

    def stop(self) -> None:
        """End the servers, the last to start first, and delete their data."""
        for server in reversed(self.servers):
            server.end()
        self.servers.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def nodes(self) -> dict[str, str]:
        """The URLs of those that a client connects to, by name."""
        return {each.name: url(each) for each in self.servers}

    @property
    def writers(self) -> list[str]:
        return list(self.nodes)[: self.writing]

    def add(self, kind: type[Server], name: str) -> Server:
        server = kind(name, self.folder)
        self.servers.append(server)
        return server


def url(server: Server) -> str:
    return f"{server.scheme}://{USER}:{PASSWORD}@127.0.0.1:{server.port}/"


class Pooled(Setup):
    """Two pgbouncer before one PostgreSQL."""

    database = "postgresql"
    programs = ("postgres", "pgbouncer")
    mode = ""
    # As Django's documentation says of poolers.
    settings = {"DISABLE_SERVER_SIDE_CURSORS": True}

    def start(self) -> None:
        server = self.add(PostgreSQL, "server")
        server.initialise()
        server.start("wal_level=minimal", "max_wal_senders=0")
        for name in ("pooler-1", "pooler-2"):
            pooler = self.add(PgBouncer, name)
            pooler.start(self.mode, f"host=127.0.0.1 port={server.port}")

    @property
    def nodes(self) -> dict[str, str]:
        return {e.name: url(e) for e in self.servers if isinstance(e, PgBouncer)}


class PooledTransactions(Pooled):
    """Two pgbouncer that give a backend to each transaction."""

    name = "pgbouncer-transaction"
    mode = "transaction"


class PooledSessions(Pooled):
    """Two pgbouncer that give a backend to each session."""

    name = "pgbouncer-session"
    mode = "session"


class Galera(Setup):
    """Three nodes of MariaDB that all take writes."""

    name = "galera"
    database = "mariadb"
    programs = ("mariadb", "galera")

    def start(self) -> None:
        nodes = [self.add(MariaDB, f"node-{number}") for number in (1, 2, 3)]
        first = nodes[0]
        usr = root_of("galera") / "usr"
        provider = usr / "lib" / "galera" / "libgalera_smm.so"
        # Of the cluster's own protocol; those above it are for what a node missed.
        ports = {node.name: free_port(1, 2) for node in nodes}
        members = ",".join(f"127.0.0.1:{port}" for port in ports.values())
        for node in nodes:
            port = ports[node.name]
            # The scripts that a node runs to bring another one up to date.
            node.environment["PATH"] = f"{os.environ['PATH']}:{usr / 'bin'}"
            sst = f"127.0.0.1:{port + 2}"
            node.configure(
                *("wsrep_on=ON", f"wsrep_provider={provider}"),
                *(f"wsrep_cluster_address=gcomm://{members}", "binlog_format=ROW"),
                *("innodb_autoinc_lock_mode=2", "wsrep_slave_threads=2"),
                *("wsrep_sst_method=rsync", f"wsrep_sst_receive_address={sst}"),
                f"wsrep_node_name={node.name}",
                f"wsrep_node_address=127.0.0.1:{port}",
                f"wsrep_node_incoming_address=127.0.0.1:{node.port}",
                'wsrep_provider_options="'
                f"gmcast.listen_addr=tcp://127.0.0.1:{port};"
                f"ist.recv_addr=127.0.0.1:{port + 1};"
                'gcache.size=16M;gcs.fc_limit=256"',
            )
        first.initialise()
        first.start_with_accounts("--wsrep-new-cluster")
        first.stop()
        for node in nodes[1:]:
            node.take_data(first)
            for each in (node.folder / "data").glob("galera.cache"):
                each.unlink()
        for node in nodes:
            node.start(*(["--wsrep-new-cluster"] if node is first else []))
            node.wait(WSREP_READY, "wsrep_ready\tON")
        first.wait(WSREP_SIZE, "wsrep_cluster_size\t3")


WSREP_READY = "SHOW STATUS LIKE 'wsrep_ready'"
WSREP_SIZE = "SHOW STATUS LIKE 'wsrep_cluster_size'"


class GroupReplication(Setup):
    """Three members of MySQL Group Replication, of which one takes writes."""

    name = "group-replication"
    database = "mysql"
    programs = ("mysql",)
    writing: int | None = 1
    elects = True

    def start(self) -> None:
        members = [self.add(MySQL, f"member-{number}") for number in (1, 2, 3)]
        first = members[0]
        first.configure()
        first.initialise()
        first.start_with_accounts()
        first.execute("RESET BINARY LOGS AND GTIDS")
        first.stop()
        group = uuid4()
        ports = [free_port() for _ in members]
        seeds = ",".join(f"127.0.0.1:{port}" for port in ports)
        is_single = "ON" if self.writing == 1 else "OFF"
        checks = "OFF" if self.writing == 1 else "ON"
        for number, (member, port) in enumerate(zip(members, ports, strict=True), 1):
            if member is not first:
                member.take_data(first)
            member.configure(
                *(f"server_id={number}", "gtid_mode=ON", "enforce_gtid_consistency=ON"),
                *("log-bin=binlog", "binlog_format=ROW", "report_host=127.0.0.1"),
                *("sync_binlog=0", "sql_require_primary_key=ON"),
                "plugin-load-add=group_replication.so",
                f"group_replication_group_name={group}",
                "group_replication_start_on_boot=OFF",
                f"group_replication_local_address=127.0.0.1:{port}",
                f"group_replication_group_seeds={seeds}",
                "group_replication_ip_allowlist=127.0.0.1",
                "group_replication_recovery_get_public_key=ON",
                "group_replication_message_cache_size=134217728",
                f"group_replication_single_primary_mode={is_single}",
                f"group_replication_enforce_update_everywhere_checks={checks}",
            )
        for member in members:
            member.start()
            member.execute(
                "CHANGE REPLICATION SOURCE TO SOURCE_USER='root' "
                "FOR CHANNEL 'group_replication_recovery'"
            )
            if member is first:
                member.execute("SET GLOBAL group_replication_bootstrap_group=ON")
            member.execute("START GROUP_REPLICATION")
            if member is first:
                member.execute("SET GLOBAL group_replication_bootstrap_group=OFF")
        for member in members:
            member.wait(ONLINE, "3")


ONLINE = (
    "SELECT COUNT(*) FROM performance_schema.replication_group_members "
    "WHERE MEMBER_STATE = 'ONLINE'"
)


class GroupOfPrimaries(GroupReplication):
    """Three members of MySQL Group Replication that all take writes."""

    name = "group-replication-multi-primary"
    writing = None
    elects = False


class HotStandby(Setup):
    """A PostgreSQL server and one that replays what it has written."""

    name = "hot-standby"
    database = "postgresql"
    programs = ("postgres",)
    writing = 1

    def start(self) -> None:
        primary = self.add(PostgreSQL, "primary")
        primary.initialise()
        primary.start("wal_level=replica")
        standby = self.add(PostgreSQL, "standby")
        standby.run(
            *(str(POSTGRESQL / "pg_basebackup"), "--pgdata=data", "--no-sync"),
            *("--host=127.0.0.1", f"--port={primary.port}", f"--username={USER}"),
            *("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"),
        )
        standby.start("hot_standby=on")


class Replica(Setup):
    """A MySQL server and one that replays what it has written."""

    name = "replica"
    database = "mysql"
    programs = ("mysql",)
    writing = 1

    def start(self) -> None:
        primary, replica = self.add(MySQL, "primary"), self.add(MySQL, "replica")
        primary.configure()
        primary.initialise()
        primary.start_with_accounts()
        primary.execute("RESET BINARY LOGS AND GTIDS")
        primary.stop()
        replica.take_data(primary)
        for number, server in enumerate((primary, replica), 1):
            server.configure(
                *(f"server_id={number}", "gtid_mode=ON", "enforce_gtid_consistency=ON"),
                *("log-bin=binlog", "binlog_format=ROW", "sync_binlog=0"),
                # As a managed service has it.
                *(["super_read_only=ON"] if server is replica else []),
            )
            server.start()
        replica.execute(
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', "
            f"SOURCE_PORT={primary.port}, SOURCE_USER='root', "
            "SOURCE_AUTO_POSITION=1; START REPLICA"
        )


class LowerCase(Setup):
    """A server that writes the names of tables in lower case."""

    server = MySQLFamily

    def start(self) -> None:
        server = self.add(self.server, "server")
        server.configure("lower_case_table_names=1")
        server.initialise()
        server.start_with_accounts()


class LowerCaseMySQL(LowerCase):
    """MySQL with lower_case_table_names=1."""

    name = "lower-case-mysql"
    database = "mysql"
    programs = ("mysql",)
    server = MySQL


class LowerCaseMariaDB(LowerCase):
    """MariaDB with lower_case_table_names=1."""

    name = "lower-case-mariadb"
    database = "mariadb"
    programs = ("mariadb",)
    server = MariaDB


SETUPS: tuple[type[Setup], ...] = (
    PooledTransactions,
    PooledSessions,
    HotStandby,
    Galera,
    GroupReplication,
    GroupOfPrimaries,
    Replica,
    LowerCaseMySQL,
    LowerCaseMariaDB,
)
