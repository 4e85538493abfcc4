"""Starting processes that cannot outlive the one that started them."""

import ctypes
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any

PR_SET_PDEATHSIG = 1
# Looked up here, not after the fork: the child of a fork should do as little as it can.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, signum: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process `signum` when its parent ends in whatever way (Linux; elsewhere nothing).

    Args:
        parent: the parent's process id. If it ended before this call, this process ends here.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    death_signal: int = signal.SIGKILL,
    nice: int = 0,
    pass_fds: Sequence[int] = (),
    output: IO[Any] | None = None,
    quiet: bool = False,
    user: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` as the leader of a process group of its own, bound to this process's life.

    Its own group, because Ctrl-C goes to the whole group of the terminal, and who stops when is for us to say.

    Args:
        env: the child's whole environment (None: as ours).
        death_signal: what the child gets when this process is gone.
        nice: how much the child steps back when others want the CPU (0 to 19).
        pass_fds: open file descriptors that the child keeps under the same numbers.
        output: where its standard output and error go (None: as ours).
        quiet: leave its standard output out; what it has to say is on standard error.
        user: a user id to run as.
    """
    parent = os.getpid()

    def prepare() -> None:
        die_with_parent(parent, death_signal)
        if nice:
            os.nice(nice)

    return subprocess.Popen(
        list(command),
        env=dict(env) if env is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else output,
        stderr=output if output is None else subprocess.STDOUT,
        preexec_fn=prepare,
        start_new_session=True,
        pass_fds=pass_fds,
        user=user,
    )


def stay_for_long() -> None:
    """Call when all is imported: what is there by now stays, and is not looked through again for what may go.

    A list of a thousand runs makes some hundred thousand objects; with Python's own thresholds looking for cycles among
    them, and among all modules each time, took 40 % of the answer's time (tests/benchmarks/bench_growth.py).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
