"""Two machines train for one site, whose database, broker and bucket are on a third; the cable of one is pulled."""

import pytest

from lab import environment, outbox, tally
from lab.runs import services
from lab.store import sweep
from tests.conftest import ON_SQLITE, PLACE
from tests.faults.machines import Machine, Relay
from tests.faults.stage import sound
from tests.faults.twin import SMALL
from tests.runs.apart import own_database


@pytest.fixture
def bucket(settings, monkeypatch, tmp_path):
    """An S3 server on all our addresses, an empty bucket in it; gives its client and its port."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="0.0.0.0", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}", "HAMLET_STORAGE": "s3://school/lab",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="school")
    settings.STORAGES = {**settings.STORAGES, "default": environment.storage(tmp_path)}
    yield client, port
    server.stop()


@pytest.fixture
def site(stage, bucket):
    """A worker on each of two machines, which reach everything by TCP alone; gives the machines by worker's name."""
    stage.crew.dismiss()
    database, broker = Relay(PLACE / "pg" / ".s.PGSQL.5432"), Relay(PLACE / "data" / "valkey.sock")
    machines = {}
    try:
        for number in range(2):
            machine = machines[f"w{number}"] = Machine(number)
            stage.crew.worker(
                number + 1,
                *machine.enter,
                HAMLET_QUICK_SLICE="3",
                DATABASE_URL=own_database().replace("@/", f"@{machine.ours}:{database.port}/").partition("?")[0],
                REDIS_URL=f"redis://{machine.ours}:{broker.port}/0",
                AWS_ENDPOINT_URL_S3=f"http://{machine.ours}:{bucket[1]}",
            )
        yield machines
    finally:
        stage.crew.dismiss()
        for machine in machines.values():
            machine.close()
        database.close()
        broker.close()


def holder(run):
    return run.worker.partition("@")[0]


def dropped():
    return tally.read(outbox.client()).get("slice dropped", 0)


@pytest.mark.skipif(ON_SQLITE, reason="an SQLite file is on one machine")
def test_one_of_two_machines_is_cut_off_in_mid_slice(stage, site, launch, polonius, bucket):
    """one of two machines cut off the network in mid-slice, then healed; the other killed (-9)"""
    run = launch(**SMALL)
    services.run_pace(run=run, by=polonius, pace=60)
    stage.trains(run)
    cut, before = holder(run), dropped()
    with stage.fault(run):
        site[cut].pull_the_cable()
    assert holder(run) != cut
    assert run.lost == 1
    site[cut].plug_it_in()
    stage.watch(run, lambda run: dropped() > before, 40)  # the fence has told it; what it had trained is nobody's
    # It is whole again: with the other one gone, it is the one that goes on.
    stage.trains(run)
    with stage.fault(run):
        if holder(run) != cut:
            stage.crew.workers[int(holder(run)[1:])].kill()
    services.run_pace(run=run, by=polonius, pace=None)
    stage.ends(run)
    assert holder(run) == cut
    sound(run)
    kept = {one["Key"] for one in bucket[0].list_objects_v2(Bucket="school")["Contents"]}
    assert kept == {f"lab/{name}" for name in sweep.named()}, "it has left no file behind"
    stage.told.outcome = "finished, the same rows and weights"
