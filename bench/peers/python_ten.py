"""The table of ten.yaml with polars on Ray or Dask: parts of 200,000 rows, one merged CSV file, nothing hashed.

Usage: python_ten.py ray|dask ROWS RUNS  ->  seconds of each run, the first (cold) left out, as one JSON line.
Rows have the kinds and cardinalities of the bench table, not its values.
"""

import json
import os
import shutil
import sys
import tempfile
import time

import numpy as np
import polars as pl

PART_ROWS = 200_000
FIRST = [f"First{i}" for i in range(3000)]
LAST = [f"Last{i}" for i in range(1000)]
CITIES = [f"City {i}" for i in range(600)]
DOMAINS = ["example.com", "example.net", "example.org"]
STATUSES = ["active", "inactive", "pending", "suspended"]


def part(first_row, rows, path):
    rng = np.random.default_rng([42, first_row])
    word = lambda words, n=None: pl.Series(words).gather(rng.integers(0, n or len(words), rows))
    first, last = word(FIRST), word(LAST)
    ids = pl.Series(np.arange(first_row + 1, first_row + rows + 1))
    token = np.frombuffer(rng.bytes(16 * rows).hex().encode(), dtype="S32").astype(str)
    token = pl.Series(token)
    frame = pl.DataFrame({"id": ids, "t": token, "first_name": first, "last_name": last}).with_columns(
        token=pl.concat_str(
            [pl.col("t").str.slice(at, n) for at, n in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))],
            separator="-",
        ),
        email=pl.concat_str(
            [
                pl.col("first_name").str.to_lowercase(),
                pl.lit("."),
                pl.col("last_name").str.to_lowercase(),
                pl.col("id").cast(pl.Utf8),
                pl.lit("@"),
                word(DOMAINS),
            ]
        ),
        city=word(CITIES),
        born_on=pl.Series(rng.integers(-7305, 13149, rows).astype("int32")).cast(pl.Date),
        price=pl.Series(np.round(rng.uniform(1, 1000, rows), 2)),
        status=pl.Series(STATUSES).gather(rng.choice(4, rows, p=[0.7, 0.15, 0.1, 0.05])),
        subscribed=pl.Series(rng.random(rows) < 0.5),
    )
    columns = ["id", "token", "first_name", "last_name", "email", "city", "born_on", "price", "status", "subscribed"]
    frame.select(columns).write_csv(path, include_header=first_row == 0)
    return path


def merge(paths, target):
    with open(target, "wb") as out:
        for path in paths:
            with open(path, "rb") as source:
                shutil.copyfileobj(source, out, 1 << 20)


def with_ray():
    import ray

    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    remote = ray.remote(part)
    return lambda shares: ray.get([remote.remote(*share) for share in shares]), ray.shutdown


def with_dask():
    from dask.distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    client = Client(cluster)

    def close():
        client.close()
        cluster.close()

    # Not pure: a run must not be answered from the one before.
    return lambda shares: client.gather([client.submit(part, *share, pure=False) for share in shares]), close


def main():
    which, rows, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    run, close = {"ray": with_ray, "dask": with_dask}[which]()
    folder = tempfile.mkdtemp(prefix="syndata-peer-")
    seconds = []
    try:
        for _ in range(runs + 1):
            started = time.perf_counter()
            shares = [
                (at, min(PART_ROWS, rows - at), os.path.join(folder, f"{at}.csv"))
                for at in range(0, rows, PART_ROWS)
            ]
            merge(run(shares), os.path.join(folder, "merged.csv"))
            seconds.append(time.perf_counter() - started)
    finally:
        close()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(seconds[1:]))


if __name__ == "__main__":
    main()
