"""Machines of a site: network namespaces, each with a cable to the one on which the tests and their servers are."""

import os
import shutil
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import pytest


class Machine:
    """A machine of its own, as far as the network knows. The tests' machine is `ours` to it.

    Attributes:
        ours: the address of the tests' machine at the cable's other end
        enter: what a command begins with that is to run there
    """

    def __init__(self, number: int) -> None:
        if os.geteuid() != 0 or shutil.which("ip") is None:
            pytest.skip("network namespaces need root and ip: apt-get install iproute2")
        # Names and addresses that no other run of the tests has, a link's name of 15 characters at most.
        self._name, self._cable = f"hamlet-{os.getpid()}-{number}", f"h{os.getpid() % 10**8}-{number}"
        network = f"10.{100 + number}.{os.getpid() % 250}"
        self.ours, self.enter = f"{network}.1", ["ip", "netns", "exec", self._name]
        if subprocess.run(["ip", "netns", "add", self._name], capture_output=True, check=False).returncode:
            pytest.skip("network namespaces are not allowed here")
        for words in (
            f"link add {self._cable} type veth peer name eth0 netns {self._name}",
            f"address add {self.ours}/24 dev {self._cable}",
            f"link set {self._cable} up",
            f"-n {self._name} address add {network}.2/24 dev eth0",
            f"-n {self._name} link set eth0 up",
            f"-n {self._name} link set lo up",
        ):
            subprocess.run(["ip", *words.split()], check=True)

    def pull_the_cable(self) -> None:
        subprocess.run(["ip", "link", "set", self._cable, "down"], check=True)

    def plug_it_in(self) -> None:
        subprocess.run(["ip", "link", "set", self._cable, "up"], check=True)

    def close(self) -> None:
        subprocess.run(["ip", "netns", "delete", self._name], check=True)


class Relay:
    """A server that listens on a unix socket only, by TCP: what the tests' own servers lack to be on a network."""

    def __init__(self, unix: Path) -> None:
        self._unix = unix
        self._listener = socket.create_server(("0.0.0.0", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                self._open += [near, far]
                far.connect(str(self._unix))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
