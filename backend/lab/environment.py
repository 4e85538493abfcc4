"""What the environment says, read once and checked: each error names the variable, its value and what is allowed.

All variables are optional. docs/running.md lists them for people; lab/settings.py is the only reader.
"""

import hashlib
import os
import re
import secrets
import socket
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
# A unix socket's path may have 107 bytes; the rest is room for the names inside the folder.
LONGEST_SOCKET_PATH = 100


def data_folder() -> Path:
    """`HAMLET_DATA`, absolute, made if it is missing (default `./.hamlet`): everything this copy of HAMLET keeps."""
    folder = Path(os.environ.get("HAMLET_DATA") or ".hamlet").expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Asking for permissions is not enough: a read-only or full disk says yes to the question and no to the deed.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
    except OSError as error:
        raise ImproperlyConfigured(f"HAMLET_DATA: cannot write in {folder}: {error.strerror}.") from error
    return folder


def secret_key(data: Path) -> str:
    """`HAMLET_SECRET_KEY`, or a key of this data folder's own, made once and readable by its owner only."""
    if key := os.environ.get("HAMLET_SECRET_KEY"):
        if len(key) < 32:
            raise ImproperlyConfigured(f"HAMLET_SECRET_KEY: has {len(key)} characters; at least 32 are needed.")
        return key
    kept = data / "secret_key"
    if not kept.exists():
        # Linking is atomic and never replaces: of several processes that start at once, one key wins for all.
        fresh = data / f"secret_key.{secrets.token_hex(4)}"
        try:
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(50))
            kept.hardlink_to(fresh)
        except FileExistsError:
            pass
        except OSError as error:
            raise ImproperlyConfigured(f"HAMLET_DATA: cannot write {kept}: {error.strerror}.") from error
        finally:
            fresh.unlink(missing_ok=True)
    return kept.read_text().strip()


def host() -> str:
    """`HAMLET_HOST`: the address to listen on (default 127.0.0.1: this machine only; 0.0.0.0: the whole network)."""
    return os.environ.get("HAMLET_HOST", "").strip("[] ") or "127.0.0.1"


def port() -> int:
    """`HAMLET_PORT` (default 8000); 0 lets the system choose a free one."""
    text = os.environ.get("HAMLET_PORT") or "8000"
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ImproperlyConfigured(f"HAMLET_PORT: {text!r} is not a port; allowed are 0 to 65535.")
    return int(text)


def server() -> str:
    """`HAMLET_SERVER`: what answers browsers: `daphne` (default) or `uvicorn`, which holds more viewers."""
    name = os.environ.get("HAMLET_SERVER") or "daphne"
    if name not in ("daphne", "uvicorn"):
        raise ImproperlyConfigured(f"HAMLET_SERVER: {name!r} is unknown; allowed are daphne and uvicorn.")
    if name == "uvicorn" and (find_spec("uvicorn") is None or find_spec("websockets") is None):
        raise ImproperlyConfigured("HAMLET_SERVER: uvicorn needs one more package: pip install 'hamlet-lab[uvicorn]'.")
    return name


def log_form() -> str:
    """`HAMLET_LOG`: how log records are written: `lines` (default), or `json`, one object a line."""
    form = os.environ.get("HAMLET_LOG") or "lines"
    if form not in ("lines", "json"):
        raise ImproperlyConfigured(f"HAMLET_LOG: {form!r} is unknown; allowed are lines and json.")
    return form


def levels() -> str | None:
    """`HAMLET_LEVELS`: a folder with level files of one's own (docs/levels.md); unset, the shipped ones are all."""
    from hamlet.world import LevelError, level_names

    try:
        level_names()
    except LevelError as error:
        more = (
            f" (one of {len(error.problems)} problems: `hamlet validate` tells them all)" if error.problems[1:] else ""
        )
        raise ImproperlyConfigured(f"HAMLET_LEVELS: {error.problems[0]}{more}.") from None
    return os.environ.get("HAMLET_LEVELS") or None


@dataclass(frozen=True)
class Keep:
    """What of an ended run is kept. None keeps all."""

    checkpoints: int | None = None
    """beside the best, the newest and what somebody needs, those of every n-th slice"""
    recordings: int | None = None
    """recorded lives of a run"""
    bytes: int | None = None
    """of a run's recorded lives together"""
    days: int = 7
    """after its end in which all of a run stays"""


def keep() -> Keep:
    """`HAMLET_KEEP`: what of ended runs is kept, such as `checkpoints:4,recordings:100,bytes:50M,days:7`; unset, all.

    `bytes` takes k, M and G (powers of 1000).
    """
    given = [part.strip() for part in os.environ.get("HAMLET_KEEP", "").split(",") if part.strip()]
    found: dict[str, int] = {}
    for part in given:
        name, _, text = part.partition(":")
        factor = {"k": 10**3, "M": 10**6, "G": 10**9}.get(text[-1:], 1) if name == "bytes" else 1
        digits = text[:-1] if factor > 1 else text
        least = 0 if name in ("bytes", "days") else 1
        if name not in Keep.__dataclass_fields__ or name in found or not re.fullmatch("[0-9]{1,15}", digits):
            raise _no_policy(part)
        found[name] = int(digits) * factor
        if found[name] < least:
            raise _no_policy(part)
    return Keep(**found)


def _no_policy(part: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"HAMLET_KEEP: {part!r} is no rule; allowed are, once each, checkpoints:n and recordings:n from 1, bytes:n "
        "with k, M or G, and days:n."
    )


def sentry() -> str | None:
    """`HAMLET_SENTRY`: the address (DSN) of a Sentry project that is told of errors; unset, nobody is."""
    address = os.environ.get("HAMLET_SENTRY")
    if address and find_spec("sentry_sdk") is None:
        raise ImproperlyConfigured("HAMLET_SENTRY: needs one more package: pip install 'hamlet-lab[sentry]'")
    if address and not re.fullmatch(r"https?://\w+@[^/@]+/(.+/)?\d+", address):
        raise ImproperlyConfigured("HAMLET_SENTRY: is no DSN; allowed are those like https://key@sentry.school.org/1.")
    return address or None


def webhooks_private() -> bool:
    """`HAMLET_WEBHOOKS_PRIVATE`: whether webhooks may lead to private addresses: `no` (default) or `yes`."""
    text = os.environ.get("HAMLET_WEBHOOKS_PRIVATE") or "no"
    if text not in ("no", "yes"):
        raise ImproperlyConfigured(f"HAMLET_WEBHOOKS_PRIVATE: {text!r} is unknown; allowed are no and yes.")
    return text == "yes"


def own_address() -> str | None:
    """The address under which other machines of the network see this one; None when there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: a UDP socket chooses its route, sends nothing
            return str(probe.getsockname()[0])
        except OSError:
            return None


def allowed_hosts() -> tuple[list[str], list[str]]:
    """`HAMLET_ALLOWED_HOSTS`: names under which browsers may reach HAMLET, and the https origins among them.

    Comma-separated; `https://lab.school.org` says that a proxy speaks https under that name. The default are this
    machine's own names. The loopback names always work.
    """
    names: list[str] = []
    origins: list[str] = []
    given = [part.strip() for part in os.environ.get("HAMLET_ALLOWED_HOSTS", "").split(",") if part.strip()]
    for part in given:
        url = urlsplit(part if "://" in part else f"//{part}")
        if url.scheme not in ("", "http", "https") or not (url.hostname or part == "*") or url.path not in ("", "/"):
            raise ImproperlyConfigured(
                f"HAMLET_ALLOWED_HOSTS: {part!r} is not a name; allowed are names like lab.school.org, "
                "addresses like 192.168.1.20, and https://lab.school.org."
            )
        names.append(f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname or part)
        if url.scheme == "https":
            origins.append(f"https://{url.netloc}")
    if not given:
        name = socket.gethostname().lower()
        names += [name, f"{name}.local"]
        if host() not in ("127.0.0.1", "localhost", "::1"):
            names += [address for address in (own_address(),) if address]
    return [*LOOPBACK, *dict.fromkeys(names)], origins


def require_shared(serves: bool) -> None:
    """Refuse to start parts that run apart without what they must share. One machine alone needs none of it: it makes a
    key of its own, and knows its own names.

    Args:
        serves: whether the web part is among them
    """
    if not os.environ.get("HAMLET_SECRET_KEY"):
        raise ImproperlyConfigured(
            "HAMLET_SECRET_KEY: is not set; parts that run apart (--only) need the same key, of at least 32 characters."
        )
    if serves and not os.environ.get("HAMLET_ALLOWED_HOSTS", "").strip(" ,"):
        raise ImproperlyConfigured(
            "HAMLET_ALLOWED_HOSTS: is not set; a web part that runs apart (--only) must be told the names under which "
            "browsers reach it, such as https://lab.school.org."
        )


def behind_tls() -> bool:
    """Whether `HAMLET_ALLOWED_HOSTS` gives https names and no others: then nobody is meant to come without TLS."""
    given = [part.strip() for part in os.environ.get("HAMLET_ALLOWED_HOSTS", "").split(",") if part.strip()]
    return bool(given) and all(part.startswith("https://") for part in given)


NOTICED = {
    "connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 5, "keepalives_interval": 2,
    "keepalives_count": 3,
    # The server's side of it: else it would keep what a machine had locked that is no longer there.
    "options": "-c tcp_user_timeout=10000 -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 "
               "-c tcp_keepalives_count=3",
}  # fmt: skip
"""A pulled cable ends a question to PostgreSQL in 10 s and an idle connection in 11, on either side; the system's own
patience is a quarter of an hour and two hours. Unix sockets have no cable: there it has no effect."""


def database(data: Path) -> dict[str, Any]:
    """`DATABASE_URL` (postgres://user:password@host:port/name), or SQLite in the data folder."""
    if url := os.environ.get("DATABASE_URL"):
        _parts("DATABASE_URL", url, "postgres://user:password@host:5432/name")
        try:
            parsed = dj_database_url.parse(url)
        except (ValueError, KeyError) as error:
            raise ImproperlyConfigured(f"DATABASE_URL: {error}") from error
        if parsed["ENGINE"] == "django.db.backends.postgresql":
            # Idle processes hold no connection; a request waits at most 10 s for a free one. After a restart of the
            # server those that lay idle are broken: each is tried before it is used. And a pool that cannot connect
            # gives up soon and begins anew; left alone it would wait twice as long each time, for minutes.
            pool = {"min_size": 0, "max_size": 16, "timeout": 10, "reconnect_timeout": 5}
            options = {**NOTICED, **parsed.get("OPTIONS", {}), "pool": pool}
            return {**parsed, "OPTIONS": options, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
        if parsed["ENGINE"] != "django.db.backends.sqlite3":
            raise ImproperlyConfigured("DATABASE_URL: only postgres:// and sqlite:/// are supported.")
        name = parsed["NAME"]
    else:
        name = str(data / "hamlet.sqlite3")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            # WAL lets readers go on while one writes; IMMEDIATE takes the write lock where waiting for it still works:
            # six processes, no error, where Django's default gave 139 "database is locked" (docs/decisions).
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


@dataclass(frozen=True)
class BrokerAddress:
    """One Redis or Valkey server, spelled for each of its readers."""

    url: str
    """As redis-py and Channels read it: redis://, rediss:// or unix://."""
    celery_url: str
    """As Celery reads it: a unix socket is redis+socket:// there."""
    embedded: bool
    """Whether `manage.py up` starts this server itself."""
    database: int
    """The number of the logical database on the server."""

    @property
    def is_unix(self) -> bool:
        return self.url.startswith("unix://")

    @property
    def safe_url(self) -> str:
        """The address without its password, fit to be shown."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def broker(data: Path) -> BrokerAddress:
    """`REDIS_URL` (redis://, rediss:// or unix://), or the embedded Valkey on its socket."""
    url = os.environ.get("REDIS_URL")
    if not url:
        path = socket_path(data)
        return BrokerAddress(f"unix://{path}", f"redis+socket://{path}", embedded=True, database=0)
    parts = _parts("REDIS_URL", url, "redis://:password@host:6379/0")
    try:
        number = _database_number(parts)
    except ValueError as error:
        raise ImproperlyConfigured(f"REDIS_URL: {error}") from error
    celery_url = url
    if parts.scheme == "unix":
        celery_url = f"redis+socket://{parts.netloc}{parts.path}?virtual_host={number}"
    return BrokerAddress(url, celery_url, embedded=False, database=number)


def _parts(name: str, url: str, example: str) -> SplitResult:
    """An address taken apart. One that cannot be is refused without being shown: it may hold a password."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (reading it is what raises for a port that is none)
        if parts.netloc and "@" in parts.path + parts.query + parts.fragment:
            raise ValueError("a sign of the password has ended the host too soon")
    except ValueError:
        raise ImproperlyConfigured(
            f"{name}: is no address; allowed are those like {example}. In a password / is written %2F, # %23, ? %3F, "
            "[ %5B, ] %5D, @ %40."
        ) from None
    return parts


def _database_number(parts: SplitResult) -> int:
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(f"scheme {parts.scheme!r} is unknown; allowed are redis://, rediss:// and unix://.")
    if parts.scheme == "unix":
        if not parts.path.startswith("/"):
            raise ValueError("a unix socket needs its whole path: unix:///run/valkey.sock")
        text = dict(pair.partition("=")[::2] for pair in parts.query.split("&")).get("db", "0")
    else:
        text = unquote(parts.path.strip("/")) or "0"
    if not text.isdigit():
        raise ValueError(f"database {text!r} is not a number.")
    return int(text)


def socket_path(data: Path) -> Path:
    """Where the embedded broker listens: in the data folder, or in a private temporary one when that path is too long.

    The same data folder always gives the same path, so that every process finds it without being told.
    """
    path = data / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"hamlet-{os.getuid()}-{name}" / "valkey.sock"


def storage(data: Path) -> dict[str, Any]:
    """`HAMLET_STORAGE`: where checkpoints, models and recordings lie: a folder (default in the data folder) or s3://."""
    where = os.environ.get("HAMLET_STORAGE") or str(data / "files")
    if "://" not in where:
        folder = Path(where).expanduser().absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(f"HAMLET_STORAGE: cannot make {folder}: {error.strerror}.") from error
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    parts = urlsplit(where)
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured(f"HAMLET_STORAGE: {where!r} is neither a folder nor s3://bucket/prefix.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured("HAMLET_STORAGE: s3:// needs one more package: pip install 'hamlet-lab[s3]'.")
    from botocore.config import Config  # optional, and of use here only

    # A bucket that is silent is told as away in a minute; left to itself boto3 would wait for five.
    patience = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
    # Names carry run and episode, so the same name is the same thing: overwriting is a retry, never a loss.
    options = {
        "bucket_name": parts.netloc, "location": parts.path.strip("/"), "file_overwrite": True,
        "client_config": patience,
    }  # fmt: skip
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
