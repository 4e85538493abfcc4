"""How soon a model is on its way home, and an uploaded one examined. Prints figures; asserts nothing.

PYTHONPATH=backend OMP_NUM_THREADS=1 python -m tests.benchmarks.downloads
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.product import HamletUp

GOLDEN = Path(__file__).parents[1] / "model" / "golden"
OLD = ("version2_L1_full_observability_ep00060.pt", "version2_L2_partial_observability_ep00040.pt")
TIMES = 20


def signed_in(product: HamletUp) -> httpx.Client:
    client = httpx.Client(base_url=f"{product.url}/api/v1", timeout=60)
    client.headers["X-CSRFToken"] = client.get("/me").json()["csrf"]
    client.post("/auth/login", json={"username": product.username, "password": product.password}).raise_for_status()
    client.headers["X-CSRFToken"] = client.get("/me").json()["csrf"]
    return client


def until(client: httpx.Client, path: str, *states: str) -> Any:
    while (told := client.get(path).json())["state"] not in states:
        time.sleep(0.05)
    return told


def first_byte(client: httpx.Client, path: str, **headers: str) -> float:
    began = time.perf_counter()
    with client.stream("GET", path, headers=headers) as answer:
        answer.raise_for_status()
        next(answer.iter_raw(1))
        return time.perf_counter() - began


def tell(what: str, client: httpx.Client, path: str, **headers: str) -> None:
    took = [1000 * first_byte(client, path, **headers) for _ in range(TIMES)]
    print(f"  {what:34} {statistics.median(took):6.1f} ms, at most {max(took):6.1f}")


def main() -> None:
    """Bring two old minds along, train one, and ask for their files."""
    with tempfile.TemporaryDirectory() as folder:
        product = HamletUp(Path(folder) / "data")
        try:
            client = signed_in(product)
            print("\nan old checkpoint, from its upload to its examination's end (128 lives), seconds")
            for name in OLD:
                began = time.perf_counter()
                told = client.post("/models", files={"file": (name, (GOLDEN / name).read_bytes())}).json()
                read = time.perf_counter() - began
                until(client, f"/models/{told['id']}", "done", "failed")
                print(f"  {told['network']:10} read {read:.2f}, examined {time.perf_counter() - began:.2f}")
            config = {"level": "L1_full_observability", "steps": 100_000}
            run = client.post("/runs", json={"name": "to take home", "config": config}).json()
            model = until(client, f"/runs/{run['id']}", "finished", "failed")["model"]
            began = time.perf_counter()
            ready = False
            while not ready:
                ready = any(m["format"] == "zip" for m in client.get(f"/runs/{run['id']}/models").json()["items"])
                time.sleep(0.02)
            print(f"\nthe run's ZIP was ready {time.perf_counter() - began:.2f} s after its end")
            print(f"\nfirst byte of an existing export, median of {TIMES}")
            tell("model", client, f"/models/{model['id']}/download")
            tell("ZIP", client, f"/models/{model['id']}/download?as=zip")
            tell(
                "ZIP, gone on with from byte 50,000",
                client,
                f"/models/{model['id']}/download?as=zip",
                Range="bytes=50000-",
            )
            tell("uploaded model's ZIP", client, f"/models/{told['id']}/download?as=zip")
        finally:
            product.stop()


if __name__ == "__main__":
    main()
