"""One POST to an address that a person gave, which may not lead into our own network.

The name is looked up here, what it stands for is checked, and the connection goes to that very address: a name that
means something else a moment later (DNS rebinding) leads nowhere. Redirects are not followed.
"""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import time
from urllib.parse import urlsplit

TIMEOUT = 5.0
"""seconds for each of: connecting, sending, the answer"""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""an IPv6 address in here is an IPv4 address in disguise"""


class SendError(Exception):
    """It could not be sent; the message is shown to the webhook's owner."""


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet: not private, loopback, link-local, multicast or reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256, in hex, of the timestamp, a dot and the body."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def post(url: str, body: bytes, headers: dict[str, str], *, private: bool) -> int:
    """Send it, and give the status of the answer.

    Args:
        private: whether addresses that are not public may be spoken to

    Raises SendError
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = _looked_up(host, port, private)
        connection = _Pinned(parts.scheme == "https", host, port, address)
        try:
            path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except TimeoutError:
        raise SendError(f"No answer within {TIMEOUT:g} seconds.") from None
    except ssl.SSLError as error:
        raise SendError(f"TLS failed: {error.reason or 'the certificate cannot be trusted'}.") from None
    except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise SendError(f"It could not be reached: {reason}.") from None


def signed_headers(secret: str, delivery: str, event: str, body: bytes) -> dict[str, str]:
    """What goes with a delivery."""
    now = str(int(time.time()))
    return {
        "Content-Type": "application/json", "User-Agent": "HAMLET", "X-Hamlet-Event": event,
        "X-Hamlet-Delivery": delivery, "X-Hamlet-Timestamp": now,
        "X-Hamlet-Signature": signature(secret, now, body),
    }  # fmt: skip


def _looked_up(host: str, port: int, private: bool) -> str:
    """An address of this host. SendError if it has none, or any that may not be spoken to."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except socket.gaierror:
        raise SendError(f"There is no host {host}.") from None
    if not private and not all(is_public(address) for address in found):
        raise SendError(f"{host} is an address of a private network; an operator may allow such ones.")
    return found[0]


class _Pinned(http.client.HTTPConnection):
    """Connects to an address that was looked up before, under the host's name."""

    def __init__(self, tls: bool, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.tls, self.address = tls, address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), TIMEOUT)
        if self.tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
